"""Who may do what: the groups of a newsroom, and ``may()``, which both the workflow and the admin call.

A login has one or more roles by its groups. An administrator (also any superuser) may do everything; a chief editor
everything with articles and the front page; a section editor the same in the sections assigned to them; a reporter
writes, and submits articles of their own. An article is somebody's own if they began it, have a byline on it, or are
its assignee.
"""

from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import Q
from django.utils import timezone

from articles.desk import steps
from articles.desk.groups import ADMINISTRATOR, CHIEF_EDITOR, REPORTER, SECTION_EDITOR
from articles.desk.groups import PERMISSIONS as PERMISSIONS  # a role is asked for here, wherever it is written down
from articles.desk.groups import PICTURE_EDITOR as PICTURE_EDITOR
from articles.desk.groups import RATES_DESK as RATES_DESK
from articles.desk.groups import make_groups as make_groups

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import QuerySet
    from taggit.models import Tag

    from articles.models import Article, Author, Image, Section, Template

WRITERS = {REPORTER, SECTION_EDITOR, CHIEF_EDITOR, ADMINISTRATOR}  # roles that can be assigned articles


def roles_of(user: "User") -> set[str]:
    """Return the names of ``user``'s roles; read from the database once a request."""
    if not user.is_active:
        return set()
    if user.is_superuser:
        return {ADMINISTRATOR}
    if not hasattr(user, "_roles"):
        user._roles = set(user.groups.values_list("name", flat=True))
    return user._roles


def may(user: "User", step: str, article: "Article | None" = None) -> bool:
    """Return whether ``user`` may take ``step`` with ``article``; without one, with any article at all.

    Raise ``UnknownStepError`` for a name that is not in the table of steps.
    """
    right, roles = steps.right_of(step), roles_of(user)
    if article is not None and not _is_possible(user, right, article):
        return False
    if ADMINISTRATOR in roles:
        return True
    if CHIEF_EDITOR in roles:
        return right.who != steps.ADMINISTRATORS
    if right.who == steps.READERS:
        return bool(roles & {REPORTER, SECTION_EDITOR, PICTURE_EDITOR})
    if right.who in {steps.CHIEFS, steps.ADMINISTRATORS} or not roles & {REPORTER, SECTION_EDITOR}:
        return False
    if SECTION_EDITOR in roles and (article is None or edits_section(user, article.section)):
        return True
    return right.who == steps.WRITERS and _writers_step(user, right, article)


def may_curate(user: "User", section: "Section | None" = None) -> bool:
    """Return whether ``user`` may place articles on the top of ``section``; on the front page (None) only chief editors
    may.
    """
    if roles_of(user) & {CHIEF_EDITOR, ADMINISTRATOR}:
        return True
    return section is not None and SECTION_EDITOR in roles_of(user) and edits_section(user, section)


def _is_possible(user: "User", right: steps.Step, article: "Article") -> bool:
    """Return whether anybody could take the step with the article in its present state."""
    if article.trashed_at and not right.is_of_trash:
        return False
    if article.stage == "idea" and not right.is_of_ideas:
        return False
    if right.name == "claim":
        return article.assignee_id is None
    return right.name != "release" or article.assignee_id == user.pk


def _writers_step(user: "User", right: steps.Step, article: "Article | None") -> bool:
    """Return whether a writer may take the step: a reporter edits and submits drafts, takes back waiting ones, revises
    live ones.
    """
    if article is None or article.pk is None:
        return True
    if right.name == "claim":
        return article.stage in steps.NOT_BEGUN and article.published_at is None and _is_nobodys(article)
    if right.name == "begin" and article.stage == "idea" and article.assignee_id is None and _is_nobodys(article):
        return True
    if article.stage not in right.own_at or (right.is_before_readers and article.published_at is not None):
        return False
    return is_own(user, article)


def _is_nobodys(article: "Article") -> bool:
    """Return whether a draft is free to take: no login has a byline on it, and no reporter began it."""
    if article.bylines.filter(author__user__isnull=False).exists():
        return False
    return article.created_by is None or bool(roles_of(article.created_by) & (WRITERS - {REPORTER}))


def is_own(user: "User", article: "Article") -> bool:
    """Return whether ``user`` began the article, is its assignee, or has a byline on it."""
    if user.pk in {article.created_by_id, article.assignee_id} or article.pk is None:
        return True
    if (cached := getattr(article, "_has_byline_of", None)) and cached[0] == user.pk:
        return cached[1]
    return article.bylines.filter(author__user=user).exists()


def load_own(user: "User", articles: "list[Article]") -> None:
    """Load in one query on which of ``articles`` the user has a byline, so that ``is_own`` needs no query for each."""
    rows = apps.get_model("articles", "ArticleByline").objects.filter(
        article__in=[article.pk for article in articles], author__user=user
    )
    theirs = set(rows.values_list("article_id", flat=True))
    for article in articles:
        article._has_byline_of = (user.pk, article.pk in theirs)


def writes(user: "User") -> bool:
    """Return whether ``user`` can be assigned articles."""
    return user.is_active and user.is_staff and bool(roles_of(user) & WRITERS)


def may_move_out(user: "User", article: "Article") -> bool:
    """Return whether ``user`` may take the stored article out of its section, which could give it to other editors."""
    if article.section_id is None or article.pk is None or may(user, "publish", article):
        return True
    return article.published_at is None and article.created_by_id == user.pk


def may_move_into(user: "User", article: "Article", section: "Section | None") -> bool:
    """Return whether ``user`` may move the article into ``section``: other editors' sections only get unpublished
    drafts.
    """
    if is_everywhere(user) or (edits_section(user, section) and SECTION_EDITOR in roles_of(user)):
        return True
    return article.published_at is None and article.stage in steps.NOT_BEGUN


def is_everywhere(user: "User") -> bool:
    """Return whether ``user`` edits all sections."""
    return bool(roles_of(user) & {CHIEF_EDITOR, ADMINISTRATOR})


def may_change_tag(user: "User", tag: "Tag") -> bool:
    """Return whether ``user`` may rename a tag: only if all articles and editions with it are in their sections."""
    if is_everywhere(user) or SECTION_EDITOR not in roles_of(user):
        return is_everywhere(user)
    uses = [tag.article_rows.exclude(_within(user, "content_object__section"))]
    uses.append(
        tag.edition_rows.filter(edition__live_until__gt=timezone.now()).exclude(_within(user, "edition__section"))
    )
    return not any(rows.exists() for rows in uses)


def may_merge(user: "User", *rows: "Tag | Author | Section") -> bool:
    """Return whether ``user`` may merge ``rows``: chief editors any, others tags that they may rename.

    A byline gives a right to drafts, and a section is assigned to editors: a section's editor can give neither.
    """
    if is_everywhere(user):
        return True
    return all(row._meta.label == "taggit.Tag" and may_change_tag(user, row) for row in rows)


ELSEWHERE, HERE, NOWHERE = "elsewhere, too", "in their sections alone", "nowhere"


def may_change_image(user: "User", image: "Image") -> bool:
    """Return whether ``user`` may change a picture's texts: one only in their sections, or their own unused one."""
    roles = roles_of(user)
    if is_everywhere(user) or PICTURE_EDITOR in roles:
        return True
    if SECTION_EDITOR not in roles:
        return False
    used = _used_by_sections(user, image)
    return used != ELSEWHERE and (used == HERE or image.uploaded_by_id == user.pk)


def _used_by_sections(user: "User", image: "Image") -> str:
    """Return where the picture is used, relative to the sections of ``user``; past editions do not count."""
    if any(rows.exists() for rows in _uses_of_nobody(image)):
        return ELSEWHERE
    now = timezone.now()
    uses = [
        (image.articles.all(), "section"),
        (image.article_rows.all(), "article__section"),
        (image.editions.filter(live_until__gt=now), "section"),
        (image.edition_rows.filter(edition__live_until__gt=now), "edition__section"),
    ]
    if any(rows.exclude(_within(user, place)).exists() for rows, place in uses):
        return ELSEWHERE
    return HERE if any(rows.exists() for rows, _place in uses) else NOWHERE


def _uses_of_nobody(image: "Image") -> "list[QuerySet]":
    """Return uses that belong to no section: portraits, placements on the front page, the paper's logo."""
    authors, settings = apps.get_model("articles", "Author"), apps.get_model("articles", "SiteSettings")
    return [image.placements.all(), authors.objects.filter(picture=image), settings.objects.filter(logo=image)]


def _within(user: "User", place: str) -> Q:
    sections = section_ids(user)
    return Q(**{f"{place}__in": sections}) | Q(**{f"{place}__parent__in": sections})


def edits_section(user: "User", section: "Section | None") -> bool:
    """Return whether ``section`` or its parent is assigned to ``user``."""
    return section is not None and bool({section.pk, section.parent_id} & section_ids(user))


def section_ids(user: "User") -> set[int]:
    """Return the sections assigned to ``user``; read from the database once a request."""
    if not hasattr(user, "_section_ids"):
        user._section_ids = set(user.edited_sections.values_list("pk", flat=True))
    return user._section_ids


def may_keep_template(user: "User") -> bool:
    """Return whether ``user`` may save articles as templates: whoever edits others' articles."""
    return bool(roles_of(user) & {SECTION_EDITOR, CHIEF_EDITOR, ADMINISTRATOR})


def may_change_template(user: "User", template: "Template") -> bool:
    """Return whether ``user`` may change and delete a template: their own, or one of their sections."""
    if is_everywhere(user) or SECTION_EDITOR not in roles_of(user):
        return is_everywhere(user)
    return template.made_by_id == user.pk or edits_section(user, template.section)


def may_manage(user: "User", person: "User | None" = None) -> bool:
    """Return whether ``user`` may add, change and suspend ``person`` (None: anybody): up to their own role, never
    above.
    """
    if user.is_superuser or person is None:
        return is_everywhere(user)
    if person.is_superuser or not is_everywhere(user):
        return False
    return ADMINISTRATOR in roles_of(user) or _has_no_more_than_a_chief(person)


def _has_no_more_than_a_chief(person: "User") -> bool:
    """Return whether ``person`` only has roles of the newsroom below administrator, and no further permissions."""
    # Read from the database once a request; roles_of() knows no roles of a suspended user.
    if not hasattr(person, "_has_only_newsroom_roles"):
        names = set(person.groups.values_list("name", flat=True))
        person._has_only_newsroom_roles = (
            names <= assignable_roles({CHIEF_EDITOR}) and not person.user_permissions.exists()
        )
    return person._has_only_newsroom_roles


def assignable_roles(roles: set[str]) -> set[str]:
    """Return the roles that somebody with ``roles`` may assign."""
    if ADMINISTRATOR in roles:
        return set(PERMISSIONS)
    return set(PERMISSIONS) - {ADMINISTRATOR} if CHIEF_EDITOR in roles else set()


def may_reset_password(user: "User", person: "User") -> bool:
    """Return whether ``user`` may make a link for a new password, by which one could log in as ``person``."""
    return ADMINISTRATOR in roles_of(user) and may_manage(user, person)


def may_change_author(user: "User", author: "Author") -> bool:
    """Return whether ``user`` may change an author: their own, or one who writes only in their sections."""
    if is_everywhere(user) or SECTION_EDITOR not in roles_of(user):
        return is_everywhere(user)
    if author.user_id == user.pk:
        return True
    uses = [(author.article_bylines, "article__section"), (author.edition_bylines, "edition__section")]
    if any(rows.exclude(_within(user, place)).exists() for rows, place in uses):
        return False
    return author.user_id is None or any(rows.exists() for rows, _place in uses)
