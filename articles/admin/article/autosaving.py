"""Keeping what is typed before it is saved, and showing who else is here: JSON for ``desk-autosave.js``.

Every answer is JSON, whatever went wrong: a page without a session, a right or a working database must know which.
"""

import logging
from functools import wraps

from django.db import DatabaseError, InterfaceError, transaction
from django.http import HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from articles.admin.article import autosaves, recovery
from articles.admin.article.form_snapshot import fields_of
from articles.admin.article.pages import ArticlePage, address_of
from articles.admin.times import time_with_zone, zone
from articles.models import Autosave

logger = logging.getLogger(__name__)
MOST_ASKED = 60  # windows whose fate one page asks for


class Refusal(Exception):
    """An answer other than yes: a status, a word for the script, and a sentence for people."""

    def __init__(self, status, reason, text=""):
        super().__init__(text)
        self.answer = JsonResponse({"reason": reason, "text": text}, status=status)


def answers(*methods):
    """Make a view of an article (None: one still to be begun) of a method that returns a dict or raises ``Refusal``."""

    def decorate(view):
        @wraps(view)
        def answer(self, request, pk):
            try:
                if request.method not in methods:
                    raise Refusal(405, "method")
                given = view(self, request, self._article_asked_for(request, pk))
            except Refusal as refusal:
                return refusal.answer
            except (DatabaseError, InterfaceError):
                logger.exception("The database refused %s", request.path)
                return Refusal(503, "database", _("The database can’t be written to at the moment.")).answer
            return JsonResponse(given) if isinstance(given, dict) else given

        return answer

    return decorate


class Autosaving(ArticlePage):
    """What a page of the form asks and tells by itself; above the form, what was typed before and never saved."""

    def urls(self):
        views = {
            "autosave": self.autosave_view,
            "pulse": self.pulse_view,
            "drop": self.drop_view,
            "offers": self.offers_view,
        }
        return [path(f"<int:pk>/{name}/", view, name=f"articles_article_{name}") for name, view in views.items()]

    def panel(self, request, article, sent):
        """What is offered to be taken up again, and who else has the article open."""
        window, taken = autosaves.window_in(sent), sent.get("recovered", "")
        context = recovery.offers_context(self.admin, request, article, without={window}, taken=taken)
        # Own windows are left to the script: this page may replace one of them, and a reload hasn't closed it yet.
        here = [one for one in autosaves.others(article, request.user, window) if not one["me"]] if article else []
        return context | {"window": window, "recovered": taken, "is_unsaved": bool(sent), "here": here}

    @answers("POST")
    def autosave_view(self, request, article):
        """Keep what is in the form; with ``leaving`` the page that holds it is being closed."""
        window = self._window_that_may_edit(request, article)
        with transaction.atomic():  # the words are offered once at least, whatever fails
            row = autosaves.keep_autosave(
                request.user, article, window, autosaves.version_in(request.POST), fields_of(request.POST)
            )
            if taken := request.POST.get("recovered"):
                autosaves.settle_taken(request.user, taken, Autosave.Outcome.TAKEN)
        page = autosaves.window_in(request.POST, "page") or window
        if article and "leaving" in request.POST:
            autosaves.note_closed_window(request.user, article, page)
        elif article:
            autosaves.seen(request.user, article, page, typed=True)
        return self._news(request, article, page) | {"autosave": row.pk}

    @answers("GET", "POST")
    def pulse_view(self, request, article):
        """Whether session and server are there, who else is, and a token to send the form with.

        A POST says that the window is open, with ``leaving`` that it is not any more, with ``back`` that it is again.
        """
        window = autosaves.window_in(request.POST or request.GET)
        if request.method == "POST" and article and window:
            if "leaving" in request.POST:
                autosaves.note_closed_window(request.user, article, window)
            else:
                autosaves.seen(request.user, article, window, back="back" in request.POST)
        asked = request.GET.get("windows", "").split(",")[:MOST_ASKED]
        return self._news(request, article, window) | {"windows": self._fates(request.user, asked)}

    @answers("POST")
    def drop_view(self, request, article):
        """Stop offering what a window kept; it stays in the trail."""
        autosaves.settle_taken(request.user, request.POST.get("drop"), Autosave.Outcome.DROPPED)
        if request.headers.get("X-Requested-With") == "fetch":
            return {"dropped": True}
        return HttpResponseRedirect(address_of(article) if article else reverse("admin:articles_article_add"))

    @answers("GET")
    def offers_view(self, request, article):
        """What is offered to be taken up again, as a piece of the page."""
        window = autosaves.window_in(request.GET)
        context = recovery.offers_context(self.admin, request, article, without={window})
        return render(request, "admin/articles/article/_offers.html", context)

    def _article_asked_for(self, request, pk):
        if not self.admin.admin_site.has_permission(request):
            raise Refusal(401, "logged_out", _("You are logged out."))
        if request.POST.get("user", str(request.user.pk)) != str(request.user.pk):
            raise Refusal(401, "other_user", _("Somebody else is logged in in this browser."))
        if pk == 0:
            return None
        found = self.admin.get_object(request, str(pk))
        if found is None:
            raise Refusal(404, "gone", _("This article is not there any more."))
        if not self.admin.has_view_or_change_permission(request, found):
            raise Refusal(403, "forbidden", _("You may not read this article."))
        return found

    def _window_that_may_edit(self, request, article):
        if not self.may_write(request, article):
            raise Refusal(403, "forbidden", _("You may not edit this article any more."))
        window = autosaves.window_in(request.POST)
        if not window:
            raise Refusal(400, "window", _("The window has no name."))
        return window

    def _news(self, request, article, window):
        """What the page shows in its rail."""
        now = timezone.localtime()
        news = {"at": date_format(now, "H:i:s"), "zone": zone(), "token": get_token(request), "version": 0, "here": []}
        if article:
            by = article.saved_by
            news |= {
                "version": article.version,
                "saved_by": by and (by.get_full_name() or by.get_username()),
                "saved_at": time_with_zone(article.saved_at),
                "here": autosaves.others(article, request.user, window),
            }
        return news

    def _fates(self, user, windows):
        """What became of the words of each window: how new they are on the server, and how they were settled."""
        known = [name for name in windows if autosaves.WINDOW.match(name)]
        if not known:
            return {}
        rows = Autosave.objects.filter(user=user, window__in=known).order_by("pk")
        return {
            row["window"]: {
                "sequence": autosaves.sequence_of({"sequence": row["fields__sequence"]}),
                "outcome": row["outcome"],
            }
            for row in rows.values("window", "outcome", "fields__sequence")
        }
