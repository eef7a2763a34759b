"""What the rates desk decides: a held rate is accepted or rejected, and what stood in its place is kept."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from tickers.models import Pair, Rate


class DecisionError(Exception):
    """Why a rate can't be decided on: a sentence for the rates desk."""


def lock(pairs: Iterable[int]) -> None:
    """Have everybody else wait who is about to say which rate of these pairs counts; within a transaction."""
    list(Pair.objects.select_for_update().filter(pk__in=pairs).order_by("pk").values_list("pk"))


def stands(rate: Rate) -> Rate | None:
    """The accepted rate of the same pair and day, which accepting ``rate`` would replace."""
    others = Rate.objects.accepted().filter(pair=rate.pair_id, effective_date=rate.effective_date)
    return others.exclude(pk=rate.pk).first()


@transaction.atomic
def accept(rate: Rate, *, by: User, instead: int | None = None) -> Rate | None:
    """Let readers see a held rate from its day on; the one that was accepted for that day is replaced, and returned.

    ``instead`` is the number of the one that ``by`` knows to be replaced; None for none. Raises DecisionError if
    another is, if the held rate was decided on already, or is no rate.
    """
    lock([rate.pair_id])
    rate = _held(rate)
    if rate.value <= 0:
        raise DecisionError(_("%(rate)s: zero or less is no rate; type the right value.") % {"rate": rate})
    other = stands(rate)
    if (other.pk if other else None) != instead:
        raise DecisionError(_changed(rate, other))
    if other:
        other.status = Rate.Status.REPLACED
        other.save(update_fields=["status"])
    rate.status, rate.decided_by = Rate.Status.ACCEPTED, by
    rate.save(update_fields=["status", "decided_by"])
    return other


def _changed(rate: Rate, other: Rate | None) -> str:
    if other is None:
        return _("%(rate)s: what it was to replace is gone. Look again, then accept it.") % {"rate": rate}
    told = {"rate": rate, "other": other, "source": other.get_provider_display()}
    return _("%(rate)s would replace %(other)s (%(source)s). Open it, look, then accept it there.") % told


@transaction.atomic
def reject(rate: Rate, *, by: User, instead: int | None = None) -> None:
    """Keep a held rate from readers for good: the same is not held again. It takes the place of none.

    Raises DecisionError if it was decided on already.
    """
    rate = _held(rate)
    rate.status, rate.decided_by = Rate.Status.REJECTED, by
    rate.save(update_fields=["status", "decided_by"])


def set_aside(pk: int, *, by: User) -> Rate:
    """A rate that somebody types another in place of: kept, as replaced, or as rejected if it was held; returned."""
    rate = Rate.objects.select_for_update(of=["self"]).select_related("pair").get(pk=pk)
    if rate.status == Rate.Status.ACCEPTED:
        rate.status = Rate.Status.REPLACED
    elif rate.status == Rate.Status.HELD:
        rate.status, rate.decided_by = Rate.Status.REJECTED, by
    rate.save(update_fields=["status", "decided_by"])
    return rate


def _held(rate: Rate) -> Rate:
    """The rate as it is now, locked."""
    current = Rate.objects.select_for_update(of=["self"]).select_related("pair").get(pk=rate.pk)
    if current.status != Rate.Status.HELD:
        told = {"rate": current, "status": current.get_status_display()}
        raise DecisionError(_("%(rate)s is not held any more: it is %(status)s.") % told)
    return current
