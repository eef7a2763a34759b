"""The calendar's page, and the page and dialog in which an entry is moved."""

from itertools import groupby

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from articles.admin.calendar import entries, kinds, moving, planning, span
from articles.admin.times import zone
from articles.desk.workflow import WorkflowError
from articles.models import Section

MOST_SECTIONS = 100
A_DAY = 6  # entries of a day that a month shows
AN_HOUR = 6  # entries of an hour that a week shows unfolded


class Calendar(admin.ModelAdmin):
    """The calendar's pages in the admin of editions."""

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("calendar/", view(self.calendar_view), name="articles_edition_calendar"),
            path("calendar/move/", view(self.move_view), name="articles_edition_move"),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def calendar_view(self, request):
        """Show a week or a month, by days."""
        self._refuse_strangers(request)
        calendar_span, now = span.read_span(request.GET), timezone.now()
        found_entries, more = entries.collect(calendar_span, request.user, now)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Calendar"),
            "opts": self.opts,
            "span": calendar_span,
            "days": _days(calendar_span, found_entries, now, may_plan=planning.may_plan(request.user)),
            "hours": range(24),
            "more": more,
            "most": entries.MOST,
            "zone": zone(),
            "sections": Section.objects.with_parent()[:MOST_SECTIONS],
            "kinds": kinds.kinds_offered(calendar_span.kinds, request.user),
            "links": {
                "before": calendar_span.before.as_query(),
                "after": calendar_span.after.as_query(),
                "today": calendar_span.as_query(day=timezone.localdate(now)),
                "week": calendar_span.as_query(view=span.WEEK),
                "month": calendar_span.as_query(view=span.MONTH),
                "all": calendar_span.as_query(kinds=()),
            },
            "here": calendar_span.as_query(),
            "form": moving.EntryMoveForm(),
        }
        return TemplateResponse(request, "admin/articles/edition/calendar.html", context)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def move_view(self, request):
        """Move an entry; the answer is JSON for a script, else a page."""
        self._refuse_strangers(request)
        is_script = request.headers.get("X-Requested-With") == "fetch"
        back = f"{reverse('admin:articles_edition_calendar')}?{span.read_span(request.GET).as_query()}"
        form = moving.EntryMoveForm(request.POST if request.method == "POST" else None)
        try:
            if form.is_valid():
                self._move(request, form.cleaned_data)
                return JsonResponse({"goto": back}) if is_script else HttpResponseRedirect(back)
            entry = moving.find_entry(request.POST.get("entry") or request.GET.get("entry", ""), request.user)
        except WorkflowError as refusal:
            return self._refused(request, form, str(refusal), back, is_script)
        if is_script:
            wrong = [str(text) for errors in form.errors.values() for text in errors]
            return JsonResponse({"refusal": " ".join(wrong)}, status=409)
        return self._move_page(request, form, entry, back)

    def _refuse_strangers(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _move(self, request, cleaned):
        article, done_text = moving.move_entry(cleaned["entry"], was=cleaned["was"], to=cleaned["to"], by=request.user)
        self.log_change(request, article, done_text)
        self.message_user(request, done_text, messages.SUCCESS)

    def _refused(self, request, form, refusal, back, is_script):
        """Show why it was refused, with what was typed, if that can be corrected."""
        if is_script:
            return JsonResponse({"refusal": refusal}, status=409)
        try:
            entry = moving.find_entry(request.POST.get("entry", ""), request.user)
        except WorkflowError:
            self.message_user(request, refusal, messages.ERROR)
            return HttpResponseRedirect(back)
        form.add_error("to", refusal)
        return self._move_page(request, form, entry, back)

    def _move_page(self, request, form, entry, back):
        if not form.is_bound:
            if not entry.may_move:
                self.message_user(request, _("You may not move this, or its time is over."), messages.ERROR)
                return HttpResponseRedirect(back)
            form = moving.EntryMoveForm(initial={"entry": entry.name, "was": entry.was, "to": entry.at})
        context = {
            **self.admin_site.each_context(request),
            "title": _("Move to another time"),
            "opts": self.opts,
            "form": form,
            "entry": entry,
            "back": back,
            "zone": zone(),
        }
        return TemplateResponse(request, "admin/articles/edition/move.html", context)


def _days(calendar_span, found_entries, now, *, may_plan):
    """Return each day with its entries, as a list and by the hour; a month shows some of them."""
    by_day = {
        day: list(rows) for day, rows in groupby(found_entries, key=lambda entry: timezone.localtime(entry.at).date())
    }
    return [_day(calendar_span, day, by_day.get(day, []), now, may_plan=may_plan) for day in calendar_span.days]


def _day(calendar_span, day, rows, now, *, may_plan):
    visible = rows if calendar_span.view == span.WEEK else _first(rows, A_DAY, now)[0]
    return {
        "date": day,
        "entries": visible,
        "hours": _hours(calendar_span, day, visible, now, may_plan=may_plan) if calendar_span.view == span.WEEK else [],
        "left_out": len(rows) - len(visible),
        "week": calendar_span.as_query(view=span.WEEK, day=day),
        "plan": planning.planning_address(planning.day_of(day, now), calendar_span) if may_plan else "",
        "is_today": day == timezone.localdate(now),
        "is_other": not calendar_span.holds(day),
    }


def _first(rows, most, now):
    """Return as many entries as are shown, those with warnings first, then future ones; and the others."""
    chosen = sorted(range(len(rows)), key=lambda place: (not rows[place].notes, rows[place].at <= now))[:most]
    hidden_places = set(range(len(rows))) - set(chosen)
    return [rows[place] for place in sorted(chosen)], [rows[place] for place in sorted(hidden_places)]


def _hours(calendar_span, day, rows, now, *, may_plan):
    """Return each hour with its entries, the folded ones, the link to plan an article, and why there is none."""
    by_hour = {hour: list(part) for hour, part in groupby(rows, key=lambda entry: timezone.localtime(entry.at).hour)}
    hours = []
    for hour in range(24):
        moment = planning.hour_of(day, hour, now) if may_plan else None
        plan = planning.planning_address(moment, calendar_span)
        visible, folded = _first(by_hour.get(hour, []), AN_HOUR, now)
        hours.append((hour, visible, folded, plan, moment, planning.off_the_clock(day, hour)))
    return hours
