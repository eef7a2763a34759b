"""Autosaves as rows: each keeps what was typed in a window, and is settled once that was saved or dropped.

An autosave touches no article, revision or edition. Each window of a browser (a page that was loaded) has rows of its
own: the newest is written over while it is young, so that a trail stays for the history.
"""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format

from articles.admin.lists import number_in_address
from articles.models import Autosave, Presence
from articles.models.autosave import MAYBE_HERE_FOR

NEW_ROW_AFTER = timedelta(minutes=5)
MOST_WINDOWS = 40  # open ones of one person; the oldest stop being offered
MOST_ROWS = 120  # of one window: a day of writing
REMOVED_AT_ONCE = 100
FORGOTTEN_AFTER = timedelta(minutes=10)  # of windows that were closed
MOST_SHOWN = 100  # windows
WINDOW = re.compile(r"[\w-]{8,36}\Z", re.ASCII)
MOST_VERSION = 2**31 - 1


def new_window():
    """Return a name for a window that has given itself none."""
    return str(uuid4())


def window_in(post, key="window"):
    """Return the name that a window gave itself, empty if it is invalid; key ``page`` names one loading of a page."""
    name = post.get(key, "")
    return name if WINDOW.match(name) else ""


def version_in(post):
    """Return the version that the form was loaded with."""
    return min(number_in_address(post.get("version")), MOST_VERSION)


@transaction.atomic
def keep_autosave(user, article, window, base_version, fields, *, again=False):
    """Store what ``user`` typed in ``window``; what arrives after a newer state of the same window changes nothing.

    ``again`` is for the form itself, which brings back the state that was kept when it was sent.
    """
    now, pk = timezone.now(), article.pk if article else None
    rows = Autosave.objects.select_for_update().filter(user=user, window=window)
    last = rows.order_by("-pk").first()
    if last and not again and 0 < sequence_of(fields) <= sequence_of(last.fields):
        return last
    if last and last.settled_at is None and last.article_id == pk and last.begun_at > now - NEW_ROW_AFTER:
        last.fields, last.at, last.base_version = fields, now, base_version
        last.save(update_fields=["fields", "at", "base_version"])
        return last
    autosave = Autosave.objects.create(
        user=user, article_id=pk, window=window, base_version=base_version, fields=fields, begun_at=now, at=now
    )
    _bound(user, window, now, is_new_window=last is None)
    return autosave


def settle_autosave(user, window, outcome, article=None, upto=0):
    """Settle the autosaves of ``window`` up to the sequence ``upto`` (0: all) with ``outcome``; return how many.

    ``article`` is the one that was begun with them. What was typed while a save was on its way is newer than the save,
    and goes on being offered.
    """
    now, began = timezone.now(), {"article": article} if article else {}
    rows = Autosave.objects.open().filter(user=user, window=window) if window else Autosave.objects.none()
    newer = [row.pk for row in rows.only("fields") if sequence_of(row.fields) > upto] if upto else []
    Autosave.objects.filter(pk__in=newer).update(**began)
    return rows.exclude(pk__in=newer).update(settled_at=now, outcome=outcome, **began)


def settle_taken(user, pk, outcome, article=None):
    """Settle the autosaves of the window of autosave ``pk``, whose text is in another window now; return how many."""
    row = Autosave.objects.open().filter(user=user, pk=number_in_address(pk)).only("window").first()
    return settle_autosave(user, row.window, outcome, article) if row else 0


def sequence_of(fields):
    """Return the number that grows with every change: the browser's clock in milliseconds."""
    return number_in_address((fields.get("sequence") or [""])[-1])


def _bound(user, window, now, *, is_new_window):
    """Delete a limited number of rows that are too many or too old, each time a row is begun."""
    rows = Autosave.objects.filter(user=user, window=window).order_by("-pk")
    if too_many := list(rows.values_list("pk", flat=True)[MOST_ROWS : MOST_ROWS + REMOVED_AT_ONCE]):
        Autosave.objects.filter(pk__in=too_many).delete()
    if is_new_window:
        old = Autosave.objects.outdated(now).order_by("at").values_list("pk", flat=True)[:REMOVED_AT_ONCE]
        Autosave.objects.filter(pk__in=list(old)).delete()
        _settle_oldest(user)


def _settle_oldest(user):
    newest = Autosave.objects.open().filter(user=user).order_by("-at").values_list("window", flat=True)
    windows = list(dict.fromkeys(newest[: MOST_WINDOWS * MOST_ROWS]))
    for window in windows[MOST_WINDOWS:]:
        settle_autosave(user, window, Autosave.Outcome.DROPPED)


def seen(user, article, window, *, typed=False, back=False):
    """Note that ``user`` has ``article`` open in ``window``; one that was closed counts only if it is ``back``."""
    now = timezone.now()
    changed = {"seen_at": now} | ({"typed_at": now} if typed else {}) | ({"left_at": None} if back else {})
    row = {"user": user, "article": article, "window": window}
    presences = Presence.objects.filter(**row)
    if (presences if back else presences.filter(left_at=None)).update(**changed) or presences.exists():
        return
    Presence.objects.filter(seen_at__lt=now - MAYBE_HERE_FOR).delete()
    Presence.objects.filter(left_at__lt=now - FORGOTTEN_AFTER).delete()
    try:
        with transaction.atomic():
            Presence.objects.create(**row, **changed)
    except IntegrityError:  # its first two pulses came at once
        presences.filter(left_at=None).update(**changed)


def note_closed_window(user, article, window):
    """Note that a window was closed."""
    now = timezone.now()
    Presence.objects.update_or_create(user=user, article=article, window=window, defaults={"left_at": now})


def others(article, user, window):
    """Return who else may have ``article`` open: a row for each person, and one for each other window of ``user``."""
    people: dict[int, dict[str, Any]] = {}
    own, now = [], timezone.now()
    for row in Presence.objects.here().filter(article=article).select_related("user")[:MOST_SHOWN]:
        activity = {"typing": row.is_typing(now), "heard": row.is_heard(now), "seen": said_of(row.seen_at)}
        if row.user_id == user.pk:
            own += [activity | {"me": True, "window": row.window}] if row.window != window else []
            continue
        before = people.get(row.user_id)
        if before is None or (activity["heard"], activity["typing"]) >= (before["heard"], before["typing"]):
            name = row.user.get_full_name() or row.user.get_username()
            people[row.user_id] = activity | {"me": False, "name": name}
    return [*people.values(), *own]


def said_of(moment):
    """Return in words when a window was last heard of, with the day if it was not today."""
    local = timezone.localtime(moment)
    is_today = local.date() == timezone.localdate()
    return date_format(local, "H:i" if is_today else "j M, H:i")
