"""What was scheduled when an article was withdrawn: stored, so that publishing it again can restore it."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from articles.desk.lacking import desk_snapshot
from articles.desk.workflow.timeline import is_significant, put_in, text_from
from articles.models import Article, Edition
from ground.times import FOR_EVER


def lasting_columns(edition: Edition) -> dict[str, Any]:
    """Return the columns of a scheduled edition that stay the same when it is created anew."""
    columns = {name: getattr(edition, name) for name in ("cut_at", "cut_by", "based_at", "decided_at")}
    return columns | {"significant": is_significant(edition)}


def planned_updates(coming: list[Edition]) -> list[dict[str, Any]]:
    """Return scheduled editions as JSON, before they are taken out, the first to go live last."""
    return [
        {
            "at": edition.live_from.isoformat(),
            "text": desk_snapshot(edition),
            "cut_at": edition.cut_at.isoformat(),
            "cut_by": edition.cut_by_id,
            "based_at": edition.based_at.isoformat() if edition.based_at else None,
            "significant": is_significant(edition),
        }
        for edition in coming
    ]


def planned(edition: Edition, updates: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what an edition that is being withdrawn stores: its planned end, and the scheduled editions."""
    end = edition.live_until.isoformat() if edition.live_until < FOR_EVER else None
    return {"end": end, "updates": updates[::-1]} if end or updates else {}


def planned_end(edition: Edition) -> datetime | None:
    """Return the planned end of a withdrawn edition, if it is in the future."""
    return _ahead(edition.planned.get("end"))


def planned_starts(edition: Edition) -> list[datetime]:
    """Return when the editions scheduled with a withdrawn edition would have gone live, as far as in the future."""
    starts = [_ahead(update.get("at")) for update in edition.planned.get("updates", [])]
    return [moment for moment in starts if moment]


def put_in_again(article: Article, withdrawn: Edition, *, by: User) -> list[Edition]:
    """Schedule again what was scheduled with ``withdrawn``, except at times for which there is another edition now."""
    editions = []
    for update in withdrawn.planned.get("updates", []):
        at = _ahead(update.get("at"))
        if at is None or article.editions.filter(live_from=at).exists():
            continue
        times = {name: parse_datetime(update[name]) for name in ("cut_at", "based_at") if update[name]}
        cut_by = User.objects.filter(pk=update["cut_by"]).first() or by
        text = text_from(update["text"])
        editions.append(put_in(article, text, at=at, by=cut_by, significant=update["significant"], **times))
    return editions


def _ahead(text: str | None) -> datetime | None:
    moment = parse_datetime(text) if text else None
    return moment if moment and moment > timezone.now() else None
