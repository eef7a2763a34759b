"""Decisions of the rates desk: a held or doubted rate is accepted or rejected, and the replaced one is kept."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tickers import plausibility
from tickers.models import Pair, Rate
from tickers.providers import MANUAL, Quote
from tickers.tasks import mail_doubt

MOST_SETTLED = 400  # rates at once; accepting the last of them settles the next


class DecisionError(Exception):
    """A rate can't be decided on; the text is for the rates desk."""


@dataclass(frozen=True)
class Decision:
    """The other rates that a decision changed: the one that was ``replaced``, and those that were ``settled`` by it."""

    replaced: Rate | None = None
    settled: list[Rate] = field(default_factory=list)


def lock_pairs(pairs: Iterable[int]) -> None:
    """Lock these pairs, so that others who decide on their rates wait; within a transaction."""
    list(Pair.objects.select_for_update().filter(pk__in=pairs).order_by("pk").values_list("pk"))


def stands(rate: Rate) -> Rate | None:
    """Return the accepted rate of the same pair and day, which accepting ``rate`` would replace."""
    same_day = Rate.objects.accepted().filter(pair=rate.pair_id, effective_date=rate.effective_date)
    return same_day.exclude(pk=rate.pk).first()


@transaction.atomic
def accept_rate(rate: Rate, *, by: User, instead: int | None = None) -> Decision:
    """Accept a held rate, in place of the accepted one of its day; or end the doubt about a rate.

    ``instead`` is the pk of the rate that ``by`` expects to be replaced; None for none. Raise DecisionError if it is
    another, if the rate was decided on already, or is not a positive number.
    """
    lock_pairs([rate.pair_id])
    rate = _open(rate)
    if rate.value <= 0:
        raise DecisionError(_("%(rate)s: zero or less is no rate; type the right value.") % {"rate": rate})
    current = stands(rate)
    if (current.pk if current else None) != instead:
        raise DecisionError(_changed(rate, current))
    if current:
        current.status = Rate.Status.REPLACED
        current.save(update_fields=["status"])
    was_held = rate.status == Rate.Status.HELD
    rate.status, rate.decided_by, rate.doubt = Rate.Status.ACCEPTED, by, ""
    rate.save(update_fields=["status", "decided_by", "doubt"])
    return Decision(current, settle_rates(rate.pair, rate.effective_date, by=by) if was_held else [])


def _changed(rate: Rate, current: Rate | None) -> str:
    if current is None:
        return _("%(rate)s: what it was to replace is gone. Look again, then accept it.") % {"rate": rate}
    params = {"rate": rate, "other": current, "source": current.get_provider_display()}
    return _("%(rate)s would replace %(other)s (%(source)s). Open it, look, then accept it there.") % params


@transaction.atomic
def reject(rate: Rate, *, by: User, instead: int | None = None) -> Decision:
    """Reject a held or doubted rate for good: the same is not held again. It replaces none.

    Instead of a doubted one readers then see the rate before it. Raise DecisionError if it was decided on already.
    """
    lock_pairs([rate.pair_id])
    rate = _open(rate)
    was_seen = rate.status == Rate.Status.ACCEPTED
    rate.status, rate.decided_by = Rate.Status.REJECTED, by
    rate.save(update_fields=["status", "decided_by"])
    return Decision(settled=settle_rates(rate.pair, rate.effective_date, by=by) if was_seen else [])


@transaction.atomic
def enter(pair: Pair, day: date, value: Decimal, *, by: User, instead: int | None = None) -> tuple[Rate, Decision]:
    """Store a typed rate; the accepted one of that day is set aside.

    ``instead`` is the pk of the rate that ``by`` expects to be replaced; None for none. Raise DecisionError if it is
    another.
    """
    lock_pairs([pair.pk])
    current = Rate.objects.accepted().filter(pair=pair, effective_date=day).first()
    if (current.pk if current else None) != instead:
        raise DecisionError(_("%(pair)s: somebody else changed the rate of that day. Look again.") % {"pair": pair})
    if current:
        set_aside(current.pk, by=by)
    rate = Rate.objects.create(pair=pair, effective_date=day, value=value, provider=MANUAL, decided_by=by)
    return rate, Decision(current, settle_rates(pair, day, by=by))


def set_aside(pk: int, *, by: User) -> Rate:
    """Mark a rate as replaced by a typed one, or as rejected if it was held, and return it."""
    rate = Rate.objects.select_for_update(of=["self"]).select_related("pair").get(pk=pk)
    if rate.status == Rate.Status.ACCEPTED:
        rate.status = Rate.Status.REPLACED
    elif rate.status == Rate.Status.HELD:
        rate.status, rate.decided_by = Rate.Status.REJECTED, by
    rate.save(update_fields=["status", "decided_by"])
    return rate


def reject_held(pair: Pair, day: date, *, by: User) -> list[Rate]:
    """Reject the held rates of a day with a typed value, and return them. Within a transaction, the pair locked."""
    held_rates = list(Rate.objects.held().filter(pair=pair, effective_date=day).select_related("pair"))
    numbers = [rate.pk for rate in held_rates]
    Rate.objects.filter(pk__in=numbers).update(status=Rate.Status.REJECTED, decided_by=by)
    return held_rates


def settle_rates(pair: Pair, day: date, *, by: User) -> list[Rate]:
    """Accept rates that follow from the accepted one of ``day``: later ones that were held only for their distance.

    One after the other, while each is within the pair's limit and span of the accepted rate before it; the first that
    isn't, or a day with two of them, ends it. A day with an accepted rate keeps it. Within a transaction, the pair
    locked.
    """
    held_rates = list(
        Rate.objects.held().filter(pair=pair, held_for_distance=True, effective_date__gt=day).order_by("effective_date")
    )
    if not held_rates:
        return []
    held_rates, many = held_rates[:MOST_SETTLED], Counter(rate.effective_date for rate in held_rates)
    before = plausibility.past(pair, day + timedelta(days=1))
    later = Rate.objects.accepted().filter(pair=pair, effective_date__gt=day)
    later = later.filter(effective_date__lte=held_rates[-1].effective_date)
    waiting = list(later.order_by("-effective_date"))
    settled = []
    for rate in held_rates:
        while waiting and waiting[-1].effective_date < rate.effective_date:
            before.insert(0, waiting.pop())
        if waiting and waiting[-1].effective_date == rate.effective_date:
            continue
        if many[rate.effective_date] > 1 or plausibility.far(
            pair, rate.effective_date, rate.value, before[: plausibility.PAST]
        ):
            break
        before.insert(0, rate)
        settled.append(rate)
    numbers = [rate.pk for rate in settled]
    Rate.objects.filter(pk__in=numbers).update(status=Rate.Status.ACCEPTED, decided_by=by)
    return settled


def doubt(rates: Iterable[Rate], quote: Quote, value: Decimal) -> list[Rate]:
    """Mark accepted rates that a later quote contradicts as doubted, mail the rates desk, and return the new ones."""
    params = {"value": plausibility.without_zeros(value), "day": date_format(quote.effective_date)}
    newly_doubted = [rate for rate in rates if not rate.doubt]
    for rate in newly_doubted:
        rate.doubt = _("The rate of %(day)s, %(value)s, is back where the pair was before this one.") % params
        rate.save(update_fields=["doubt"])
    if newly_doubted:
        numbers = [rate.pk for rate in newly_doubted]
        transaction.on_commit(lambda: mail_doubt.enqueue(numbers), robust=True)
    return newly_doubted


def _open(rate: Rate) -> Rate:
    """Return the present rate, locked; raise DecisionError if it doesn't wait for a decision."""
    current = Rate.objects.select_for_update(of=["self"]).select_related("pair").get(pk=rate.pk)
    if not current.is_open:
        params = {"rate": current, "status": current.get_status_display()}
        raise DecisionError(_("%(rate)s is not held any more: it is %(status)s.") % params)
    return current
