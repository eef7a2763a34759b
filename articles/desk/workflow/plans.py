"""What was to come when an article was withdrawn: remembered, so that publishing it again can take it up again."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from articles.desk.lacking import said_by
from articles.desk.workflow.timeline import is_significant, put_in, text_from
from articles.models import Article, Edition
from ground.times import FOR_EVER


def known_of(edition: Edition) -> dict[str, Any]:
    """What of a scheduled edition stays the same when it is put in anew."""
    known = {name: getattr(edition, name) for name in ("cut_at", "cut_by", "based_at", "decided_at")}
    return known | {"significant": is_significant(edition)}


def planned_updates(coming: list[Edition]) -> list[dict[str, Any]]:
    """Scheduled editions as JSON, before they are taken out, the first to go live last."""
    return [
        {
            "at": edition.live_from.isoformat(),
            "text": said_by(edition),
            "cut_at": edition.cut_at.isoformat(),
            "cut_by": edition.cut_by_id,
            "based_at": edition.based_at.isoformat() if edition.based_at else None,
            "significant": is_significant(edition),
        }
        for edition in coming
    ]


def planned(edition: Edition, updates: list[dict[str, Any]]) -> dict[str, Any]:
    """What an edition that is being withdrawn remembers: the end that it would have had, and what was to follow it."""
    end = edition.live_until.isoformat() if edition.live_until < FOR_EVER else None
    return {"end": end, "updates": updates[::-1]} if end or updates else {}


def planned_end(edition: Edition) -> datetime | None:
    """The end that a withdrawn edition would have had, if it is still to come."""
    return _ahead(edition.planned.get("end"))


def planned_starts(edition: Edition) -> list[datetime]:
    """When what was scheduled with a withdrawn edition would have gone live, as far as that is still to come."""
    found = [_ahead(one.get("at")) for one in edition.planned.get("updates", [])]
    return [moment for moment in found if moment]


def put_in_again(article: Article, withdrawn: Edition, *, by: User) -> list[Edition]:
    """Schedule once more what was scheduled with ``withdrawn``; what stands at the same time by now stays."""
    found = []
    for one in withdrawn.planned.get("updates", []):
        at = _ahead(one.get("at"))
        if at is None or article.editions.filter(live_from=at).exists():
            continue
        known = {name: parse_datetime(one[name]) for name in ("cut_at", "based_at") if one[name]}
        cut_by = User.objects.filter(pk=one["cut_by"]).first() or by
        text = text_from(one["text"])
        found.append(put_in(article, text, at=at, by=cut_by, significant=one["significant"], **known))
    return found


def _ahead(text: str | None) -> datetime | None:
    moment = parse_datetime(text) if text else None
    return moment if moment and moment > timezone.now() else None
