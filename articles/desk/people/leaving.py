"""What happens when somebody leaves: sessions and links end, open work goes to a colleague, published articles stay.

Nothing that they published changes, nor their bylines. Whoever comes back finds the login as it was.
"""

from dataclasses import dataclass, field

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.desk import notices, roles
from articles.desk.people import links, sessions
from articles.desk.workflow.timeline import WorkflowError
from articles.models import Article, Autosave, LoginSession, Notice, PreviewLink, Section

SHOWN = 10  # articles, links and the like that a page names


@dataclass
class Leaving:
    """What ends, or must be taken over, when somebody leaves."""

    sessions: list[LoginSession]
    links: list[PreviewLink]
    work: list[Article]
    more_links: int = 0
    more_work: int = 0
    unsaved: int = 0
    sections: list[Section] = field(default_factory=list)  # sections without another editor


def what_leaves(user: User) -> Leaving:
    """Return what ``user`` would leave behind; each list has ten items and counts the others."""
    preview_links = links_of(user).select_related("article").defer("article__body")
    work = work_of(user).defer("body", "corrections")
    other_editors = User.objects.filter(is_active=True, is_staff=True, groups__name=roles.SECTION_EDITOR).exclude(
        pk=user.pk
    )
    return Leaving(
        sessions=sessions.sessions_of(user),
        links=list(preview_links[:SHOWN]),
        more_links=max(preview_links.count() - SHOWN, 0),
        work=list(work[:SHOWN]),
        more_work=max(work.count() - SHOWN, 0),
        unsaved=Autosave.objects.open().filter(user=user).values("article").distinct().count(),
        sections=list(Section.objects.with_parent().filter(editors=user).exclude(editors__in=other_editors)),
    )


def links_of(user: User) -> QuerySet[PreviewLink]:
    """Return the valid preview links that ``user`` made."""
    return PreviewLink.objects.valid().filter(created_by=user)


def work_of(user: User) -> QuerySet[Article]:
    """Return the open work of ``user``: articles assigned to them, and unpublished ones they began that nobody has."""
    begun = Q(created_by=user, assignee=None) & ~Q(stage=Article.Stage.PUBLISHED)
    return Article.objects.on_desk().filter(Q(assignee=user) | begun)


@transaction.atomic
def suspend(user: User, *, by: User, heir: User | None = None) -> int:
    """Suspend ``user``: end sessions and links, assign their open work to ``heir``, and return how many articles."""
    _refuse_others(user, by)
    if user.pk == by.pk:
        raise WorkflowError(_("You can't suspend yourself: ask a colleague."))
    if heir is not None and (heir.pk == user.pk or not roles.writes(heir)):
        raise WorkflowError(
            _("“%(user)s” can't be given articles: only active logins who write or edit can.") % {"user": heir}
        )
    User.objects.filter(pk=user.pk).update(is_active=False)
    user.is_active = False
    ended = sessions.end_all(user)
    links.end_open(user)
    revoked = links_of(user).update(revoked_at=timezone.now())
    handed = hand_over(user, heir, by=by)
    words = {"sessions": ended, "links": revoked, "articles": handed, "heir": heir or _("nobody")}
    text = _("Suspended: %(sessions)d sessions and %(links)d preview links ended, %(articles)d articles to %(heir)s")
    LogEntry.objects.log_actions(by.pk, [user], CHANGE, text % words, single_object=True)
    return handed


def hand_over(user: User, heir: User | None, *, by: User) -> int:
    """Assign the open work of ``user`` to ``heir`` (None: unassign it), and return how many articles."""
    work = work_of(user) if heir else Article.objects.on_desk().filter(assignee=user)
    rows = list(work.select_for_update(of=("self",)).order_by("pk").only("pk", "headline"))
    if not rows:
        return 0
    Article.objects.filter(pk__in=[row.pk for row in rows]).update(assignee=heir, due_told_at=None)
    log_text = _("Handed over from %(user)s to %(heir)s") % {"user": user, "heir": heir or _("nobody")}
    LogEntry.objects.log_actions(by.pk, rows, CHANGE, log_text)
    if heir and heir.pk != by.pk:
        text = _("%(who)s handed %(number)d articles of %(user)s over to you.")
        words = {"who": notices.name_of_person(by), "number": len(rows), "user": notices.name_of_person(user)}
        Notice.objects.create(user=heir, article=rows[0], kind=Notice.Kind.ASSIGNED, text=text % words, by=by)
    return len(rows)


@transaction.atomic
def let_in(user: User, *, by: User) -> None:
    """Let a suspended user in again; their password, role and sections are as they were."""
    _refuse_others(user, by)
    User.objects.filter(pk=user.pk).update(is_active=True, is_staff=True)
    user.is_active = user.is_staff = True
    LogEntry.objects.log_actions(by.pk, [user], CHANGE, _("Let in again"), single_object=True)


def _refuse_others(user: User, by: User) -> None:
    if not roles.may_manage(by, user):
        raise WorkflowError(_("You add, change and suspend people up to your own role, not above."))
