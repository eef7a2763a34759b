"""What the rates desk decides: a held rate is accepted or rejected, and what stood in its place is kept."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from tickers.models import Rate


class DecisionError(Exception):
    """Why a rate can't be decided on: a sentence for the rates desk."""


@transaction.atomic
def accept(rate: Rate, *, by: User) -> Rate | None:
    """Let readers see a held rate from its day on; the one that was accepted for that day is replaced, and returned.

    Raises DecisionError if it was decided on already, or is no rate.
    """
    rate = _held(rate)
    if rate.value <= 0:
        raise DecisionError(_("%(rate)s: zero or less is no rate; type the right value.") % {"rate": rate})
    other = Rate.objects.accepted().filter(pair=rate.pair, effective_date=rate.effective_date).first()
    if other:
        other.status = Rate.Status.REPLACED
        other.save(update_fields=["status"])
    rate.status, rate.decided_by = Rate.Status.ACCEPTED, by
    rate.save(update_fields=["status", "decided_by"])
    return other


@transaction.atomic
def reject(rate: Rate, *, by: User) -> None:
    """Keep a held rate from readers for good: the same is not held again.

    Raises DecisionError if it was decided on already.
    """
    rate = _held(rate)
    rate.status, rate.decided_by = Rate.Status.REJECTED, by
    rate.save(update_fields=["status", "decided_by"])


def set_aside(pk: int, *, by: User) -> None:
    """A rate that somebody types another in place of: kept, as replaced, or as rejected if it was held."""
    rate = Rate.objects.select_for_update().get(pk=pk)
    if rate.status == Rate.Status.ACCEPTED:
        rate.status = Rate.Status.REPLACED
    elif rate.status == Rate.Status.HELD:
        rate.status, rate.decided_by = Rate.Status.REJECTED, by
    rate.save(update_fields=["status", "decided_by"])


def _held(rate: Rate) -> Rate:
    """The rate as it is now, locked."""
    current = Rate.objects.select_for_update(of=["self"]).select_related("pair").get(pk=rate.pk)
    if current.status != Rate.Status.HELD:
        told = {"rate": current, "status": current.get_status_display()}
        raise DecisionError(_("%(rate)s is not held any more: it is %(status)s.") % told)
    return current
