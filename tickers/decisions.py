"""What the rates desk decides: a held or doubted rate is accepted or rejected, and what stood in its place is kept."""

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
    """Why a rate can't be decided on: a sentence for the rates desk."""


@dataclass(frozen=True)
class Decision:
    """What a decision changed beside its rate: the one that was ``replaced``, and those that were ``settled`` by it."""

    replaced: Rate | None = None
    settled: list[Rate] = field(default_factory=list)


def lock_pairs(pairs: Iterable[int]) -> None:
    """Have everybody else wait who is about to say which rate of these pairs counts; within a transaction."""
    list(Pair.objects.select_for_update().filter(pk__in=pairs).order_by("pk").values_list("pk"))


def stands(rate: Rate) -> Rate | None:
    """The accepted rate of the same pair and day, which accepting ``rate`` would replace."""
    others = Rate.objects.accepted().filter(pair=rate.pair_id, effective_date=rate.effective_date)
    return others.exclude(pk=rate.pk).first()


@transaction.atomic
def accept_rate(rate: Rate, *, by: User, instead: int | None = None) -> Decision:
    """Let readers see a held rate from its day on, in place of the one that was accepted for that day; or end a doubt.

    ``instead`` is the number of the one that ``by`` knows to be replaced; None for none. Raises DecisionError if
    another is, if the rate was decided on already, or is no rate.
    """
    lock_pairs([rate.pair_id])
    rate = _open(rate)
    if rate.value <= 0:
        raise DecisionError(_("%(rate)s: zero or less is no rate; type the right value.") % {"rate": rate})
    other = stands(rate)
    if (other.pk if other else None) != instead:
        raise DecisionError(_changed(rate, other))
    if other:
        other.status = Rate.Status.REPLACED
        other.save(update_fields=["status"])
    was_held = rate.status == Rate.Status.HELD
    rate.status, rate.decided_by, rate.doubt = Rate.Status.ACCEPTED, by, ""
    rate.save(update_fields=["status", "decided_by", "doubt"])
    return Decision(other, settle_rates(rate.pair, rate.effective_date, by=by) if was_held else [])


def _changed(rate: Rate, other: Rate | None) -> str:
    if other is None:
        return _("%(rate)s: what it was to replace is gone. Look again, then accept it.") % {"rate": rate}
    told = {"rate": rate, "other": other, "source": other.get_provider_display()}
    return _("%(rate)s would replace %(other)s (%(source)s). Open it, look, then accept it there.") % told


@transaction.atomic
def reject(rate: Rate, *, by: User, instead: int | None = None) -> Decision:
    """Keep a held or doubted rate from readers for good: the same is not held again. It takes the place of none.

    Readers then see the rate before a doubted one on its day. Raises DecisionError if it was decided on already.
    """
    lock_pairs([rate.pair_id])
    rate = _open(rate)
    was_seen = rate.status == Rate.Status.ACCEPTED
    rate.status, rate.decided_by = Rate.Status.REJECTED, by
    rate.save(update_fields=["status", "decided_by"])
    return Decision(settled=settle_rates(rate.pair, rate.effective_date, by=by) if was_seen else [])


@transaction.atomic
def enter(pair: Pair, day: date, value: Decimal, *, by: User, instead: int | None = None) -> tuple[Rate, Decision]:
    """Store what somebody typed; what was accepted for that day is set aside.

    ``instead`` is the number of the one that ``by`` knows to be replaced; None for none. Raises DecisionError if
    another is.
    """
    lock_pairs([pair.pk])
    other = Rate.objects.accepted().filter(pair=pair, effective_date=day).first()
    if (other.pk if other else None) != instead:
        raise DecisionError(_("%(pair)s: somebody else changed the rate of that day. Look again.") % {"pair": pair})
    if other:
        set_aside(other.pk, by=by)
    rate = Rate.objects.create(pair=pair, effective_date=day, value=value, provider=MANUAL, decided_by=by)
    return rate, Decision(other, settle_rates(pair, day, by=by))


def set_aside(pk: int, *, by: User) -> Rate:
    """A rate that somebody types another in place of: kept, as replaced, or as rejected if it was held; returned."""
    rate = Rate.objects.select_for_update(of=["self"]).select_related("pair").get(pk=pk)
    if rate.status == Rate.Status.ACCEPTED:
        rate.status = Rate.Status.REPLACED
    elif rate.status == Rate.Status.HELD:
        rate.status, rate.decided_by = Rate.Status.REJECTED, by
    rate.save(update_fields=["status", "decided_by"])
    return rate


def reject_held(pair: Pair, day: date, *, by: User) -> list[Rate]:
    """Reject the held rates of a day for which a value was typed; returned. Within a transaction, the pair locked."""
    held = list(Rate.objects.held().filter(pair=pair, effective_date=day).select_related("pair"))
    numbers = [rate.pk for rate in held]
    Rate.objects.filter(pk__in=numbers).update(status=Rate.Status.REJECTED, decided_by=by)
    return held


def settle_rates(pair: Pair, day: date, *, by: User) -> list[Rate]:
    """Accept what follows from the accepted rate of ``day``: rates after it that were held for their distance alone.

    One after the other, while each is within the pair's limit and span of the accepted rate before it; the first that
    isn't, or a day with two of them, ends it. A day that has a rate keeps it. Within a transaction, the pair locked.
    """
    held = list(
        Rate.objects.held().filter(pair=pair, held_for_distance=True, effective_date__gt=day).order_by("effective_date")
    )
    if not held:
        return []
    held, many = held[:MOST_SETTLED], Counter(rate.effective_date for rate in held)
    before = plausibility.past(pair, day + timedelta(days=1))
    later = Rate.objects.accepted().filter(pair=pair, effective_date__gt=day)
    later = later.filter(effective_date__lte=held[-1].effective_date)
    waiting = list(later.order_by("-effective_date"))
    settled = []
    for rate in held:
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
    """Mark accepted rates that a later quote speaks against, and mail the rates desk once; those that are new to it."""
    told = {"value": plausibility.without_zeros(value), "day": date_format(quote.effective_date)}
    found = [rate for rate in rates if not rate.doubt]
    for rate in found:
        rate.doubt = _("The rate of %(day)s, %(value)s, is back where the pair was before this one.") % told
        rate.save(update_fields=["doubt"])
    if found:
        numbers = [rate.pk for rate in found]
        transaction.on_commit(lambda: mail_doubt.enqueue(numbers), robust=True)
    return found


def _open(rate: Rate) -> Rate:
    """The rate as it is now, locked; DecisionError if it doesn't wait for a decision."""
    current = Rate.objects.select_for_update(of=["self"]).select_related("pair").get(pk=rate.pk)
    if not current.is_open:
        told = {"rate": current, "status": current.get_status_display()}
        raise DecisionError(_("%(rate)s is not held any more: it is %(status)s.") % told)
    return current
