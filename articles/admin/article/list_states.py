"""The row of states above the list of articles, with counts where counting is quick.

Only articles under way or to come are counted: their number grows with the desk's work, never with the archive.
"""

from collections import Counter
from dataclasses import dataclass, replace

from django.contrib.admin.views.main import ORDER_VAR
from django.contrib.auth.models import User
from django.db.models import IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.admin.lists import ListState, filtered_address
from articles.desk import roles
from articles.models import Article, ArticleByline, Author, Edition

PARAMETERS = ["desk", "readers", "trash"]  # of the list's address; one of them is a state
MOST = 99  # more are said to be more


@dataclass(frozen=True)
class StateWord:
    """A state by which the list can be filtered: its filter, and its rows if they are counted."""

    name: str
    parameter: str = ""
    value: str = ""
    rows: QuerySet | None = None
    is_urgent: bool = False  # shown only while there are any


def states_row(cl, user):
    """Return the states of the list ``cl`` for ``user``, counted if no other filter and no search narrows the list."""
    words = _words(user)
    is_narrowed = cl.is_popup or cl.query or any(name not in [*PARAMETERS, ORDER_VAR] for name in cl.filter_params)
    counts = None if is_narrowed else _count(words)
    word_states = [(word, _state(cl, word, counts, at)) for at, word in enumerate(words)]
    return [
        state for word, state in word_states if not word.is_urgent or state.count not in {"", "0"} or state.is_chosen
    ]


def _state(cl, word, counts, at):
    chosen = {name: cl.params[name] for name in PARAMETERS if cl.params.get(name)}
    parameters = {word.parameter: word.value} if word.parameter else {}
    state = ListState(word.name, filtered_address(cl, without=PARAMETERS, **parameters), is_chosen=chosen == parameters)
    if counts is None or word.rows is None:
        return state
    count = counts[at]
    return replace(state, count=f"{MOST}+" if count > MOST else str(count), is_urgent=word.is_urgent)


def _words(user):
    on_desk = Article.objects.on_desk()
    words = [StateWord(_("All"))]
    if roles.writes(user):
        words.append(StateWord(_("Mine"), "desk", "mine", asked_of_each(on_desk.under_way(), user)))
    if roles.roles_of(user) & {roles.SECTION_EDITOR, roles.CHIEF_EDITOR, roles.ADMINISTRATOR}:
        words.append(StateWord(_("Waiting"), "desk", "waiting", on_desk.waiting().filter(edited_by(user))))
    if roles.writes(user) and not roles.is_everywhere(user):
        words.append(StateWord(_("With the editors"), "desk", "submitted", asked_of_each(on_desk.waiting(), user)))
    return [
        *words,
        StateWord(_("Scheduled"), "readers", "coming", scheduled(on_desk)),
        StateWord(_("Live"), "readers", "live"),
        StateWord(_("Changed since"), "desk", "unpublished", on_desk.with_unpublished_changes()),
        StateWord(_("Older text scheduled"), "desk", "older", on_desk.scheduled_in_older_text(), is_urgent=True),
        StateWord(_("Trash"), "trash", "1"),
    ]


def _count(words):
    """Return by place in ``words`` how many rows each has, at most MOST + 1, in one query that reads no more rows."""
    parts = [
        Article.objects.filter(pk__in=word.rows.order_by().values("pk")[: MOST + 1])
        .order_by()
        .values_list(Value(at, output_field=IntegerField()))
        for at, word in enumerate(words)
        if word.rows is not None
    ]
    return Counter(at for (at,) in parts[0].union(*parts[1:], all=True).order_by())


def scheduled(articles):
    """Return those of ``articles`` that have a scheduled edition."""
    return articles.filter(pk__in=Edition.objects.filter(live_from__gt=timezone.now()).order_by().values("article"))


def edited_by(user: User) -> Q:
    """Return a filter for the articles that ``user`` edits as an editor: of all sections, of their own, or none."""
    if roles.roles_of(user) & {roles.CHIEF_EDITOR, roles.ADMINISTRATOR}:
        return Q()
    if roles.SECTION_EDITOR not in roles.roles_of(user):
        return Q(pk__in=[])
    sections = roles.section_ids(user)
    return Q(section__in=sections) | Q(section__parent__in=sections)


def asked_of_each(articles: QuerySet[Article], user: User) -> QuerySet[Article]:
    """Return those of few ``articles`` that ``user`` began or has a byline on, by a look-up for each article."""
    # Not Exists(), which PostgreSQL may answer by reading all that the person ever wrote.
    byline = ArticleByline.objects.filter(article=OuterRef("pk"), author__user=user).order_by().values("pk")[:1]
    return articles.alias(own_byline=Subquery(byline)).filter(Q(created_by=user) | Q(own_byline__isnull=False))


def own(user: User, author: Author | None = None) -> Q:
    """Return a filter for the articles that ``user`` began or has a byline on, each half found by its own index.

    Pass the ``author`` if known: the database's planner can then estimate the number of bylines.
    """
    whose = {"author": author} if author else {"author__user": user}
    bylines = ArticleByline.objects.filter(**whose).order_by().values("article")
    return Q(pk__in=Article.objects.filter(created_by=user).order_by().values("pk").union(bylines))
