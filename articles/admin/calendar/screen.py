"""The calendar's page, and the page and the dialog in which an entry is moved."""

from itertools import groupby

from django.contrib import messages
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


class Calendar:
    """The calendar among the screens of editions."""

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("calendar/", view(self.calendar_view), name="articles_edition_calendar"),
            path("calendar/move/", view(self.move_view), name="articles_edition_move"),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def calendar_view(self, request):
        """A week or a month, by days."""
        self._refuse_strangers(request)
        asked, now = span.read_span(request.GET), timezone.now()
        found, more = entries.collect(asked, request.user, now)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Calendar"),
            "opts": self.opts,
            "span": asked,
            "days": _days(asked, found, now, may_plan=planning.may_plan(request.user)),
            "hours": range(24),
            "more": more,
            "most": entries.MOST,
            "zone": zone(),
            "sections": Section.objects.with_parent()[:MOST_SECTIONS],
            "kinds": kinds.kinds_offered(asked.kinds, request.user),
            "links": {
                "before": asked.before.as_query(),
                "after": asked.after.as_query(),
                "today": asked.as_query(day=timezone.localdate(now)),
                "week": asked.as_query(view=span.WEEK),
                "month": asked.as_query(view=span.MONTH),
                "all": asked.as_query(kinds=()),
            },
            "here": asked.as_query(),
            "form": moving.EntryMoveForm(),
        }
        return TemplateResponse(request, "admin/articles/edition/calendar.html", context)

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def move_view(self, request):
        """Move an entry; asked by a script, it answers in JSON, and else by pages that need none."""
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
            wrong = [text for errors in form.errors.values() for text in errors]
            return JsonResponse({"refusal": " ".join(wrong)}, status=409)
        return self._move_page(request, form, entry, back)

    def _refuse_strangers(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _move(self, request, given):
        article, done = moving.move_entry(given["entry"], was=given["was"], to=given["to"], by=request.user)
        self.log_change(request, article, done)
        self.message_user(request, done, messages.SUCCESS)

    def _refused(self, request, form, refusal, back, is_script):
        """Say why, beside what was typed if that can still be mended."""
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


def _days(asked, found, now, *, may_plan):
    """Each day with its entries, all together and by the hour; a month shows some of them."""
    by_day = {day: list(rows) for day, rows in groupby(found, key=lambda entry: timezone.localtime(entry.at).date())}
    return [_day(asked, day, by_day.get(day, []), now, may_plan=may_plan) for day in asked.days]


def _day(asked, day, rows, now, *, may_plan):
    shown = rows if asked.view == span.WEEK else _first(rows, A_DAY, now)[0]
    return {
        "date": day,
        "entries": shown,
        "hours": _hours(asked, day, shown, now, may_plan=may_plan) if asked.view == span.WEEK else [],
        "left_out": len(rows) - len(shown),
        "week": asked.as_query(view=span.WEEK, day=day),
        "plan": planning.planning_address(planning.day_of(day, now), asked) if may_plan else "",
        "is_today": day == timezone.localdate(now),
        "is_other": not asked.holds(day),
    }


def _first(rows, most, now):
    """As many entries as are shown, chosen by what is to be minded, then by what is to come; and the others."""
    chosen = sorted(range(len(rows)), key=lambda place: (not rows[place].notes, rows[place].at <= now))[:most]
    others = set(range(len(rows))) - set(chosen)
    return [rows[place] for place in sorted(chosen)], [rows[place] for place in sorted(others)]


def _hours(asked, day, rows, now, *, may_plan):
    """Each hour with its entries, those folded away, the way to plan something, and why there is none off the clock."""
    by_hour = {hour: list(part) for hour, part in groupby(rows, key=lambda entry: timezone.localtime(entry.at).hour)}
    hours = []
    for hour in range(24):
        moment = planning.hour_of(day, hour, now) if may_plan else None
        plan = planning.planning_address(moment, asked)
        shown, folded = _first(by_hour.get(hour, []), AN_HOUR, now)
        hours.append((hour, shown, folded, plan, moment, planning.off_the_clock(day, hour)))
    return hours
