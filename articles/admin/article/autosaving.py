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
    """A refusal as an answer: an HTTP status, a word for the script, and a sentence for people."""

    def __init__(self, status, reason, text=""):
        super().__init__(text)
        self.answer = JsonResponse({"reason": reason, "text": text}, status=status)


def answers(*methods):
    """Make a view out of a method that takes an article (None: a new one) and returns a dict or raises ``Refusal``."""

    def decorate(view):
        @wraps(view)
        def answer(self, request, pk):
            try:
                if request.method not in methods:
                    raise Refusal(405, "method")
                result = view(self, request, self._article_asked_for(request, pk))
            except Refusal as refusal:
                return refusal.answer
            except (DatabaseError, InterfaceError):
                logger.exception("The database refused %s", request.path)
                return Refusal(503, "database", _("The database can’t be written to at the moment.")).answer
            return JsonResponse(result) if isinstance(result, dict) else result

        return answer

    return decorate


class Autosaving(ArticlePage):
    """The requests that the form's script makes by itself; above the form, what was typed before and never saved."""

    def urls(self):
        views = {
            "autosave": self.autosave_view,
            "pulse": self.pulse_view,
            "drop": self.drop_view,
            "offers": self.offers_view,
        }
        return [path(f"<int:pk>/{name}/", view, name=f"articles_article_{name}") for name, view in views.items()]

    def panel(self, request, article, sent):
        """Return the autosaves that are offered to be taken up again, and who else has the article open."""
        window, recovered = autosaves.window_in(sent), sent.get("recovered", "")
        context = recovery.offers_context(self.admin, request, article, without={window}, recovered=recovered)
        # Own windows are left to the script: this page may replace one of them, and a reload hasn't closed it yet.
        here = [row for row in autosaves.others(article, request.user, window) if not row["me"]] if article else []
        return context | {"window": window, "recovered": recovered, "is_unsaved": bool(sent), "here": here}

    @answers("POST")
    def autosave_view(self, request, article):
        """Keep what is in the form; ``leaving`` in the POST says that its page is being closed."""
        window = self._window_that_may_edit(request, article)
        fields = fields_of(request.POST)
        with transaction.atomic():  # the words are offered once at least, whatever fails
            row = autosaves.keep_autosave(request.user, article, window, autosaves.version_in(request.POST), fields)
            if recovered := request.POST.get("recovered"):
                autosaves.settle_taken(request.user, recovered, Autosave.Outcome.TAKEN)
        page = autosaves.window_in(request.POST, "page") or window
        if article and "leaving" in request.POST:
            autosaves.note_closed_window(request.user, article, page)
        elif article:
            autosaves.seen(request.user, article, page, typed=True)
        return self._news(request, article, page) | {"autosave": row.pk}

    @answers("GET", "POST")
    def pulse_view(self, request, article):
        """Answer that session and server are there, with who else is here and a token to send the form with.

        A POST says that the window is open; with ``leaving``, that it is being closed; with ``back``, that it is back.
        """
        window = autosaves.window_in(request.POST or request.GET)
        if request.method == "POST" and article and window:
            if "leaving" in request.POST:
                autosaves.note_closed_window(request.user, article, window)
            else:
                autosaves.seen(request.user, article, window, back="back" in request.POST)
        windows = request.GET.get("windows", "").split(",")[:MOST_ASKED]
        return self._news(request, article, window) | {"windows": self._fates(request.user, windows)}

    @answers("POST")
    def drop_view(self, request, article):
        """Stop offering the autosaves of a window; they stay in the history."""
        autosaves.settle_taken(request.user, request.POST.get("drop"), Autosave.Outcome.DROPPED)
        if request.headers.get("X-Requested-With") == "fetch":
            return {"dropped": True}
        return HttpResponseRedirect(address_of(article) if article else reverse("admin:articles_article_add"))

    @answers("GET")
    def offers_view(self, request, article):
        """Return the autosaves that are offered to be taken up again, as a fragment of the page."""
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
        article = self.admin.get_object(request, str(pk))
        if article is None:
            raise Refusal(404, "gone", _("This article is not there any more."))
        if not self.admin.has_view_or_change_permission(request, article):
            raise Refusal(403, "forbidden", _("You may not read this article."))
        return article

    def _window_that_may_edit(self, request, article):
        if not self.may_write(request, article):
            raise Refusal(403, "forbidden", _("You may not edit this article any more."))
        window = autosaves.window_in(request.POST)
        if not window:
            raise Refusal(400, "window", _("The window has no name."))
        return window

    def _news(self, request, article, window):
        """Return what the page shows in its rail: the time, who else is here, who saved last, and a new token."""
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
        """Return by window the newest sequence that the server has of it, and how that was settled."""
        names = [name for name in windows if autosaves.WINDOW.match(name)]
        if not names:
            return {}
        rows = Autosave.objects.filter(user=user, window__in=names).order_by("pk")
        return {
            row["window"]: {
                "sequence": autosaves.sequence_of({"sequence": row["fields__sequence"]}),
                "outcome": row["outcome"],
            }
            for row in rows.values("window", "outcome", "fields__sequence")
        }
