"""The desk's page for administrators about what is wrong, who does the background work, and what of it failed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_tasks_db.models import DBTaskResult

from articles.desk import roles
from articles.models import WorkerBeat
from ground.requests import LoggedInRequest
from newsroom.background import heartbeat, worker
from newsroom.desk.dashboard_blocks import SHOWN, BlockLine, DashboardBlock
from newsroom.watch.checks import known_faults, stored_faults

FAILURES = 50
EVERYTHING = "all"


def machinery_view(request: LoggedInRequest, site: Any) -> HttpResponse:
    """The page for administrators; a POST with ``again`` queues one failed task, or all of them, again."""
    if not looks_after(request.user):
        raise PermissionDenied(_("Only an administrator looks after the machinery."))
    if request.method == "POST":
        count = worker.try_again(_chosen(request.POST.get("again", "")))
        text = ngettext("%(count)s task is tried again.", "%(count)s tasks are tried again.", count)
        messages.success(request, text % {"count": count})
        return HttpResponseRedirect(request.path)
    now = timezone.now()
    context = {
        **site.each_context(request),
        "title": _("Faults and background work"),
        "faults": known_faults(now),
        "workers": [(row, row.seen_at > now - heartbeat.SILENT) for row in WorkerBeat.objects.all()],
        "failures": list(failures()[:FAILURES]),
    }
    return TemplateResponse(request, "admin/machinery.html", context)


def looks_after(user: Any) -> bool:
    """Return whether ``user`` is an administrator."""
    return roles.ADMINISTRATOR in roles.roles_of(user)


def failures() -> QuerySet[DBTaskResult]:
    """Return the tasks that failed, the last first, and those that failed and are tried again later."""
    again = Q(status="READY") & ~Q(traceback="")
    rows = DBTaskResult.objects.filter(Q(status="FAILED") | again)
    return rows.defer("args_kwargs", "return_value").order_by(F("finished_at").desc(nulls_first=True), "-enqueued_at")


def faults_block() -> DashboardBlock:
    """Return what is wrong with the running paper, for the first page of administrators."""
    url = reverse("admin:machinery")
    findings = stored_faults(timezone.now())[:SHOWN]
    lines = [BlockLine(finding.text, url, [finding.advice] if finding.advice else []) for finding in findings]
    return DashboardBlock("faults", _("Faults"), url, _("Nothing is wrong with the running paper."), lines)


def _chosen(again: str) -> QuerySet[DBTaskResult]:
    """Return the tasks that the button ``again`` names: one by its id, or all that failed."""
    if again == EVERYTHING:
        return DBTaskResult.objects.all()
    try:
        return DBTaskResult.objects.filter(pk=UUID(again))
    except ValueError:
        return DBTaskResult.objects.none()
