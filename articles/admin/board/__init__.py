"""The board: the front page, or a section's top, as it looks, to be arranged for now or for a future time.

Every button is a plain submit button; the script only sends the same form without leaving the page.
"""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from articles.admin.board import actions, drawing, preview
from articles.admin.board.form import read_rows
from articles.admin.board.state import BoardState, requested_time, typed_time
from articles.admin.lists import number_in_address
from articles.desk import boards, roles
from articles.models import BoardRevision, Section


class Board(admin.ModelAdmin):
    """The board's pages, beside Django's list of placements."""

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("board/", view(self.board_view), name="articles_placement_board"),
            path("board/roll-back/", view(self.roll_back_view), name="articles_placement_roll_back"),
            *super().get_urls(),
        ]

    @method_decorator(require_http_methods(["GET", "HEAD", "POST"]))
    def board_view(self, request):
        """Show the board; a POST has an unsaved arrangement, and the action to apply to it."""
        section = _section(request)
        if not self.has_view_permission(request):
            raise PermissionDenied
        state = BoardState(section, timezone.now(), may=roles.may_curate(request.user, section))
        state.stored = boards.load(section, state.now)
        last = boards.last_save(section)
        state.had = state.slots = boards.slots_of(section, last)
        if request.method == "POST":
            if not state.may:
                raise PermissionDenied
            return self._arranged(request, state)
        state.loaded = last.pk if last else 0
        state.rows = [boards.Placing.of(placement) for placement in state.stored]
        state.query = request.GET.get("q", "")
        requested_time(state, request.GET.get("at", ""))
        return self._draw(request, state)

    def _arranged(self, request, state):
        state.loaded = number_in_address(request.POST.get("_over") or request.POST.get("loaded"))
        state.query = request.POST.get("q", "")
        read_rows(state, request.POST)
        if state.problems:  # a problem is to be solved, or checked, before anything is done
            return self._draw(request, state)
        if "_do" in request.POST:
            actions.take_board_action(state, request.POST["_do"], request.POST)
        elif "_preview" in request.POST:
            return preview.show(request, state)
        elif "_save" in request.POST or "_over" in request.POST:
            return self._save(request, state)
        typed_time(state, request.POST)
        return self._draw(request, state)

    def _save(self, request, state):
        try:
            saved = boards.save(state.section, state.rows, by=request.user, loaded=state.loaded, slots=state.slots)
        except boards.BoardMovedError as moved:
            state.problems.append(str(moved))
            state.theirs = moved.last
        except boards.BoardError as refusal:
            state.problems.append(str(refusal))
        else:
            text = _("Saved: %(note)s") % {"note": saved.note} if saved else _("Nothing new to save.")
            self.message_user(request, text, messages.SUCCESS)
            return HttpResponseRedirect(board_address(state.section, state.at_typed))
        return self._draw(request, state)

    @method_decorator(require_POST)
    def roll_back_view(self, request):
        """Restore the board to an earlier save."""
        revision = BoardRevision.objects.filter(pk=number_in_address(request.POST.get("revision"))).first()
        if revision is None:
            raise Http404
        if not roles.may_curate(request.user, revision.section):
            raise PermissionDenied
        try:
            saved, left_out = boards.roll_back(
                revision, by=request.user, loaded=number_in_address(request.POST.get("loaded"))
            )
        except boards.BoardError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            text = saved.note if saved else _("The board is what it was then already.")
            self.message_user(request, text, messages.SUCCESS)
            if left_out:
                names = ", ".join(f"“{title}”" for title in left_out)
                text = _("Left out, as readers don’t see it any more: %(names)s.") % {"names": names}
                self.message_user(request, text, messages.WARNING)
        return HttpResponseRedirect(board_address(revision.section))

    def _draw(self, request, state):
        context = {
            **self.admin_site.each_context(request),
            "title": _("Top of “%(section)s”") % {"section": state.section} if state.section else _("Front page"),
            "opts": self.opts,
            "address": reverse("admin:articles_placement_board"),
            **drawing.board_context(state, request.user),
        }
        status = 409 if state.theirs else 422 if state.problems else 200
        return TemplateResponse(request, "admin/articles/placement/board.html", context, status=status)


def board_address(section=None, at=""):
    """Return the address of a board."""
    query = {"section": section.pk} if section else {}
    if at:
        query["at"] = at
    return reverse("admin:articles_placement_board") + (f"?{urlencode(query)}" if query else "")


def _section(request):
    """Return the section whose top is requested; None for the front page."""
    section_pk = request.POST.get("section") or request.GET.get("section")
    if not section_pk:
        return None
    section = Section.objects.with_parent().filter(pk=number_in_address(section_pk)).first()
    if section is None:
        raise Http404
    return section
