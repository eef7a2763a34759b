"""Notices to people of the desk: in the admin, and by mail, as each of them chose."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from articles import tasks
from articles.desk import roles
from articles.models import Article, Notice, NoticeChoice, SiteSettings

Kind = Notice.Kind
TO_WRITERS = {Kind.SENT_BACK, Kind.APPROVED, Kind.PUBLISHED, Kind.WITHDRAWN, Kind.NOTE}
TO_EDITORS = {Kind.SUBMITTED, Kind.WITHDRAWN, Kind.NOTE}
TO_ASSIGNEE = {Kind.ASSIGNED, Kind.DUE}
SHOWN = 200
MOST_UNREAD = 9  # the bell says "9+" for more
NEAR = timedelta(hours=2)  # before the due time
KEPT = timedelta(days=90)  # after it was read
AT_ONCE = 500  # rows of one run of the scheduled tasks


def tell_people(kind: str, article: Article, *, by: User | None, text: str, **words: str) -> None:
    """Notify everybody concerned except ``by``; ``text`` may use %(who)s, %(article)s and ``words``.

    The notices are rows of the step's own transaction; mails are sent by tasks after it, so that no problem with a mail
    server prevents a step.
    """
    actor = words.pop("who", "") or (name_of_person(by) if by else "")
    message = " ".join((text % {"who": actor, "article": article, **words}).split())
    message = Truncator(message).chars(500)
    people = [user for user in concerned(kind, article) if by is None or user.pk != by.pk]
    chosen = {row.user_id: row for row in NoticeChoice.objects.filter(user__in=people, kind=kind)} if people else {}
    on_desk = [user for user in people if user.pk not in chosen or chosen[user.pk].on_desk]
    Notice.objects.bulk_create(Notice(user=user, article=article, kind=kind, text=message, by=by) for user in on_desk)
    for user in people:
        if user.email and (user.pk not in chosen or chosen[user.pk].by_mail):
            tasks.after_commit(tasks.mail_notice.enqueue, user.pk, message, article.get_absolute_url())


def concerned(kind: str, article: Article) -> list[User]:
    """Return the users whom a notice of this kind concerns, always in the same order."""
    ids: set[int] = set()
    if kind in TO_WRITERS:
        ids |= set(article.bylines.exclude(author__user=None).values_list("author__user", flat=True))
        ids |= {pk for pk in (article.created_by_id, article.assignee_id) if pk}
    if kind in TO_ASSIGNEE and article.assignee_id:
        ids.add(article.assignee_id)
    if kind in TO_EDITORS:
        ids |= set(_editors(article).values_list("pk", flat=True))
    return list(User.objects.filter(pk__in=ids, is_active=True, is_staff=True).order_by("pk")) if ids else []


def _editors(article: Article) -> QuerySet[User]:
    """Return the editors of the article's section and its parent, or if there are none the chief editors."""
    users = User.objects.filter(is_active=True, is_staff=True)
    section = article.section
    places = {section.pk, section.parent_id} - {None} if section else set()
    editors = users.filter(groups__name=roles.SECTION_EDITOR, edited_sections__in=places).distinct()
    return editors if editors.exists() else users.filter(groups__name=roles.CHIEF_EDITOR)


def name_of_person(user: User) -> str:
    """Return a person's full name, or else the login."""
    return user.get_full_name() or user.get_username()


def unread(user: User) -> str:
    """Return the number of unread notices for the bell; "" if there are none. One short query on an index."""
    unread_count = len(
        Notice.objects.filter(user=user, read_at=None).order_by("-pk").values_list("pk")[: MOST_UNREAD + 1]
    )
    return f"{MOST_UNREAD}+" if unread_count > MOST_UNREAD else str(unread_count or "")


def newest_notices(user: User) -> QuerySet[Notice]:
    """Return the newest notices of ``user``, with the articles they are about."""
    return Notice.objects.filter(user=user).select_related("article").defer("article__body")[:SHOWN]


def mark_read(user: User, pk: int | None = None) -> int:
    """Mark one notice of ``user``, or all, as read, and return how many were not."""
    mine = Notice.objects.filter(user=user, read_at=None)
    return (mine if pk is None else mine.filter(pk=pk)).update(read_at=timezone.now())


def notice_choices(user: User) -> dict[str, NoticeChoice]:
    """Return which notices ``user`` wants, by kind; without a row, all."""
    stored = {row.kind: row for row in NoticeChoice.objects.filter(user=user)}
    return {kind: stored.get(kind) or NoticeChoice(user=user, kind=kind) for kind in Kind.values}


def choose_notices(user: User, choices: dict[str, tuple[bool, bool]]) -> None:
    """Store whether ``user`` wants each kind on the desk, and by mail."""
    rows = [NoticeChoice(user=user, kind=kind, on_desk=desk, by_mail=mail) for kind, (desk, mail) in choices.items()]
    NoticeChoice.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["user", "kind"], update_fields=["on_desk", "by_mail"]
    )


def tell_due(at: datetime | None = None) -> int:
    """Notify assignees, once, of articles due within two hours of ``at`` (now) or overdue; return how many articles."""
    at, told_articles = at or timezone.now(), 0
    paper = SiteSettings.current()
    due = Article.objects.on_desk().filter(due_at__lte=at + NEAR, due_told_at=None, assignee__isnull=False)
    for article in due.defer("body", "corrections").order_by("due_at")[:AT_ONCE]:
        with transaction.atomic():
            if not Article.objects.filter(pk=article.pk, due_told_at=None).update(due_told_at=at):
                continue  # another run was quicker
            text = _("“%(article)s” was due %(time)s.") if article.due_at < at else _("“%(article)s” is due %(time)s.")
            tell_people(Kind.DUE, article, by=None, text=text, time=paper.time_in_words(article.due_at))
            told_articles += 1
    return told_articles


def remove_read(at: datetime | None = None) -> int:
    """Delete notices that were read more than 90 days before ``at`` (now), in batches; return how many."""
    old = Notice.objects.filter(Q(read_at__lt=(at or timezone.now()) - KEPT)).order_by("read_at")
    ids = list(old.values_list("pk", flat=True)[:AT_ONCE])
    return Notice.objects.filter(pk__in=ids).delete()[0]
