"""The screen for typing a day's rates of all pairs, as the banks print them."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from tickers import decisions
from tickers.admin import day_form
from tickers.admin.rate_form import possible_day
from tickers.models import Pair


def day_view(model_admin, request):
    """Show the pairs; store what was typed, all of it, or nothing while a row has an open question."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    sent, problem, rows = day_form.sent_rows(request.POST), "", []
    try:
        day = possible_day(
            day_form.requested_day(sent.get("date") or request.GET.get("date", ""), timezone.localdate())
        )
    except ValidationError as trouble:
        day, problem = timezone.localdate(), " ".join(trouble.messages)
        rows = day_form.rows(day, sent)
    else:
        is_sent = request.method == "POST"
        rows = _stored(model_admin, request, day, sent) if is_sent else day_form.rows(day, {})
    if rows is None:
        return HttpResponseRedirect(reverse("admin:tickers_rate_changelist"))
    context = model_admin.admin_site.each_context(request) | {
        "title": gettext("Enter the day’s rates"),
        "opts": model_admin.opts,
        "day": day,
        "day_text": sent.get("date", "") if problem else day.isoformat(),
        "problem": problem,
        "rows": rows,
        "open_rows": sum(row.is_open for row in rows),
        "may_replace": model_admin.has_change_permission(request),
        "first": next((row.pair.pk for row in rows if row.is_open), rows[0].pair.pk if rows else None),
    }
    return render(request, "admin/tickers/rate/day.html", context)


@transaction.atomic
def _stored(model_admin, request, day, sent):
    """Return the rows of a day to be shown; None if all that was typed is stored."""
    decisions.lock_pairs(
        Pair.objects.active().values_list("pk", flat=True)
    )  # so that what is checked now is what is replaced
    rows = day_form.rows(day, sent)
    for row in rows:
        day_form.check_row(row)
        if row.value is not None and row.stands and not model_admin.has_change_permission(request):
            row.error, row.value = gettext("You may not change a rate that is there already."), None
    filled = [row for row in rows if row.value is not None]
    if any(row.is_open for row in rows) or not filled:
        if not any(row.is_open for row in rows):
            model_admin.message_user(request, gettext("Nothing new was typed, so nothing was saved."), messages.WARNING)
        return rows
    for row in filled:
        _store(model_admin, request, day, row)
    text = ngettext(
        "%(count)s rate of %(day)s saved: %(rates)s.", "%(count)s rates of %(day)s saved: %(rates)s.", len(filled)
    )
    rates = ", ".join(day_form.as_printed(row.pair, row.value) for row in filled if row.value is not None)
    message = text % {"count": len(filled), "day": date_format(day), "rates": rates}
    model_admin.message_user(request, message, messages.SUCCESS)
    return None


def _store(model_admin, request, day, row):
    """Store one rate, and log it with its reason and what it replaced."""
    rate, decision = decisions.enter(row.pair, day, row.value, by=request.user, instead=day_form.instead(row))
    reason = row.sent["reason"]
    text = gettext("Typed as %(value)s, with the reason: %(reason)s") if reason else gettext("Typed as %(value)s.")
    model_admin.log_addition(request, rate, text % {"value": row.sent["value"], "reason": reason})
    if decision.replaced:
        text = gettext("Another value was typed in its place: %(value)s.")
        model_admin.log_change(request, decision.replaced, text % {"value": model_admin.exact_value(rate)})
    model_admin.reject_held(request, rate)
    model_admin.tell_settled(request, decision.settled)
