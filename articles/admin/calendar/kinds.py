"""The kinds of entries in a calendar, in words, and the choices that filter them."""

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy

KINDS = {
    "starts": gettext_lazy("goes live"),
    "started": gettext_lazy("went live"),
    "ends": gettext_lazy("ends"),
    "ended": gettext_lazy("ended"),
    "withdrawn": gettext_lazy("withdrawn"),
    "due": gettext_lazy("due"),
    "idea": gettext_lazy("idea, due"),
    "embargo": gettext_lazy("embargo ends"),
    "board": gettext_lazy("places change"),
    "boarded": gettext_lazy("places changed"),
    "alert": gettext_lazy("alert from"),
    "alert_ends": gettext_lazy("alert until"),
}
CHANGES = {"starts": gettext_lazy("changes"), "started": gettext_lazy("changed")}
REPEATS = {
    "starts": gettext_lazy("goes live, nothing new"),
    "started": gettext_lazy("went live, nothing new"),
}
RETURNS = {"starts": gettext_lazy("goes live again"), "started": gettext_lazy("went live again")}

CHOICES = {  # by word of the address: the label, the kinds that it shows, the permission to see them
    "published": (gettext_lazy("Published"), {"started"}, "articles.view_edition"),
    "scheduled": (gettext_lazy("Scheduled"), {"starts"}, "articles.view_edition"),
    "ends": (gettext_lazy("Ends"), {"ends", "ended", "withdrawn"}, "articles.view_edition"),
    "due": (gettext_lazy("Due"), {"due"}, "articles.view_article"),
    "ideas": (gettext_lazy("Ideas"), {"idea"}, "articles.view_article"),
    "embargoes": (gettext_lazy("Embargoes"), {"embargo"}, "articles.view_article"),
    "board": (gettext_lazy("Front page and tops"), {"board", "boarded"}, "articles.view_placement"),
    "alerts": (gettext_lazy("Alerts"), {"alert", "alert_ends"}, "articles.view_alert"),
}


def kinds_seen(chosen: tuple[str, ...], user: User) -> set[str]:
    """Return the kinds among ``chosen`` that ``user`` sees; an empty choice means all."""
    return {
        kind
        for name, (_label, kinds, right) in CHOICES.items()
        if (not chosen or name in chosen) and user.has_perm(right)
        for kind in kinds
    }


def kinds_offered(chosen: tuple[str, ...], user: User) -> list[tuple[str, str, bool]]:
    """Return the choices of ``user``: the word of the address, its label, and whether it is chosen."""
    return [
        (name, str(label), name in chosen) for name, (label, _kinds, right) in CHOICES.items() if user.has_perm(right)
    ]
