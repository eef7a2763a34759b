"""An archive of any size for measuring: articles with three editions each, of which the last is live.

PostgreSQL generates it from patterns by itself, without its indexes, which are made at the end; SQLite gets it row by
row.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone
from taggit.models import Tag

from articles import desk_search, search
from articles.models import (
    Address,
    Announcement,
    Article,
    ArticleByline,
    ArticleTag,
    Author,
    Edition,
    EditionByline,
    EditionSection,
    EditionTag,
    Image,
    IndexedArticle,
    Section,
)
from articles.public import announcements
from articles.search import headlines, postgres
from bench import content
from bench.content import PATTERNS
from ground.times import FOR_EVER
from newsroom.serving import generation

NEWEST = datetime(2025, 12, 8, 6, 0, tzinfo=UTC)
APART = timedelta(minutes=30)  # between two articles: a hundred thousand span six years
EDITIONS = 3
BATCH = 10_000
TABLES = [Article, ArticleByline, ArticleTag, Address, Edition, EditionByline, EditionSection, EditionTag]
SEARCH, DESK_SEARCH = "articles_search", "articles_desk_search"

Progress = Callable[[int, int, float], None]


def prepare() -> None:
    """Create sections, authors, tags and pictures, if the paper has none of ours."""
    if Section.objects.filter(slug="section-0").exists():
        return
    shares = enumerate(content.SHARES)
    Section.objects.bulk_create(Section(name=f"Section {n}", slug=f"section-{n}", order=n) for n, _share in shares)
    Author.objects.bulk_create(Author(name=f"Author {n}", slug=f"author-{n}") for n in range(content.AUTHORS))
    Tag.objects.bulk_create(Tag(name=f"Tag {n}", slug=f"tag-{n}") for n in range(content.TAGS))
    Image.objects.bulk_create(_picture(n) for n in range(content.PICTURES))


def _picture(number: int) -> Image:
    about = {"title": f"Lead {number}", "alt": "A street in the morning", "credit": "The paper"}
    names = {"file": f"lead-{number}.jpg", "key": f"lead{number}", "sha256": f"lead {number}"}
    return Image(width=1600, height=1067, made_cut=1, **names, **about)


def make(
    first: int, last: int, tell: Progress = lambda done_count, total, seconds: None, *, whole_texts: bool = False
) -> None:
    """Add articles number ``first`` to ``last``, each half an hour older than the one before.

    ``tell`` is called with the progress: articles done, their total, seconds.
    Texts are short, so that PostgreSQL writes a million in minutes, or ``whole_texts`` of 600 to 900 words.
    """
    prepare()
    (_fill_postgresql if connection.vendor == "postgresql" else _fill)(first, last, tell, whole_texts)
    Announcement.objects.all().delete()
    announcements.announce_to(announcements.Listener.SITEMAPS, timezone.now())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # as autovacuum does; nothing ever analyses a paper's SQLite
            cursor.execute("VACUUM ANALYZE")
    generation.change()


def _body(number: int, *, is_whole: bool) -> str:
    """Return the text of a pattern."""
    return content.body(number) if is_whole else f"<p>{content.short_text(number)}</p>" * 4


def _article(number: int, of: "Places", *, is_whole: bool) -> Article:
    text, choice = content.short_text(number % PATTERNS), _choice(number)
    return Article(
        headline=f"{text[:50].title()} {number}",
        slug=f"article-{number}",
        standfirst=text[:120],
        body=_body(number % PATTERNS, is_whole=is_whole) + (f"<p>rareword{number}</p>" if number % 500 == 0 else ""),
        section_id=of.sections[choice.section],
        lead_image_id=of.pictures[choice.picture],
        stage="published",
        published_at=NEWEST - APART * number,
        saved_at=NEWEST - APART * number,
    )


def _choice(number: int) -> content.Choice:
    return content.choices()[number % content.CHOICES]


class Places:
    """The primary keys of our sections, authors, tags and pictures, in order."""

    def __init__(self) -> None:
        self.sections = _keys(Section, [f"section-{n}" for n in range(len(content.SHARES))])
        self.authors = _keys(Author, [f"author-{n}" for n in range(content.AUTHORS)])
        self.tags = _keys(Tag, [f"tag-{n}" for n in range(content.TAGS)])
        self.pictures = _keys(Image, [f"lead{n}" for n in range(content.PICTURES)], "key")


def _keys(model, names: list[str], field: str = "slug") -> list[int]:
    pks = dict(model.objects.filter(**{f"{field}__in": names}).values_list(field, "pk"))
    return [pks[name] for name in names]


def _edition(article: Article, number: int) -> Edition:
    """Return edition ``number`` of an article's ``EDITIONS``: live for an hour each, the last for ever."""
    names = "headline slug standfirst body section_id lead_image_id published_at".split()
    is_last = number == EDITIONS - 1
    start = article.published_at + timedelta(hours=number)
    return Edition(
        article=article,
        path=f"/{article.published_at:%Y/%m/%d}/{article.slug}/",
        live_from=start,
        live_until=FOR_EVER if is_last else start + timedelta(hours=1),
        **{name: getattr(article, name) for name in names},
    )


def _fill(first: int, last: int, tell: Progress, is_whole: bool) -> None:
    of, numbers, start = Places(), iter(range(first, last)), time.monotonic()
    while batch := list(islice(numbers, BATCH // EDITIONS)):
        articles = Article.objects.bulk_create(_article(number, of, is_whole=is_whole) for number in batch)
        pairs = list(zip(batch, articles, strict=True))
        authors = {n: [of.authors[place] for place in _choice(n).authors] for n in batch}
        tags = {n: [of.tags[place] for place in _choice(n).tags] for n in batch}
        ArticleByline.objects.bulk_create(ArticleByline(article=a, author_id=pk) for n, a in pairs for pk in authors[n])
        ArticleTag.objects.bulk_create(ArticleTag(content_object=a, tag_id=pk) for n, a in pairs for pk in tags[n])
        Address.objects.bulk_create(Address(article=article, path=_edition(article, 0).path) for _n, article in pairs)
        cut = [(number, _edition(article, place)) for number, article in pairs for place in range(EDITIONS)]
        Edition.objects.bulk_create([edition for _n, edition in cut])
        when = [(n, edition, {"edition": edition, "published_at": edition.published_at}) for n, edition in cut]
        EditionByline.objects.bulk_create(
            EditionByline(author_id=pk, order=place, **row)
            for n, _e, row in when
            for place, pk in enumerate(authors[n])
        )
        EditionSection.objects.bulk_create(
            EditionSection(section_id=edition.section_id, **row) for _n, edition, row in when
        )
        EditionTag.objects.bulk_create(EditionTag(tag_id=pk, **row) for n, _e, row in when for pk in tags[n])
        tell(batch[-1] + 1 - first, last - first, time.monotonic() - start)
    search.rebuild_editions()
    headlines.rebuild_headlines()
    desk_search.rebuild_copies()


def _fill_postgresql(first: int, last: int, tell: Progress, is_whole: bool) -> None:
    """Insert each batch from generate_series; primary keys are reserved first, so that rows can refer to each other."""
    start = time.monotonic()
    _patterns(is_whole)
    _places()
    postgres.prune_editions()  # of editions that are gone
    desk_search.index_late_copies()  # and of articles
    with _without_indexes(), connection.cursor() as cursor:
        for begin in range(first, last, BATCH):
            end = min(begin + BATCH, last)
            with transaction.atomic():
                for statement in _statements():
                    cursor.execute(statement, {"first": begin, "last": end - 1})
            tell(end - first, last - first, time.monotonic() - start)
        for model in TABLES:
            table = model._meta.db_table
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM {table}))")
    tell(last - first, last - first, time.monotonic() - start)


def _patterns(is_whole: bool) -> None:
    """Make a temporary table of texts, with their search vectors."""
    rows = [(number, text, _body(number, is_whole=is_whole)) for number, text in content.texts()]
    with connection.cursor() as cursor:
        _make_table(cursor, "pattern", "text text, body text, vector tsvector, top tsvector")
        cursor.executemany("INSERT INTO pattern (number, text, body) VALUES (%s, %s, %s)", rows)
        cursor.execute(
            "UPDATE pattern SET "
            "vector = setweight(to_tsvector('russian', regexp_replace(body, '<[^>]*>', ' ', 'g')), 'C'), "
            "top = setweight(to_tsvector('russian', left(text, 50)), 'A') "
            "|| setweight(to_tsvector('russian', left(text, 120)), 'B')"
        )


def _make_table(cursor, name: str, columns: str) -> None:
    cursor.execute(f"DROP TABLE IF EXISTS {name}")
    cursor.execute(f"CREATE TEMPORARY TABLE {name} (number int PRIMARY KEY, {columns})")


def _places() -> None:
    """Make a temporary table of the places of articles, like that of ``_patterns`` for texts."""
    of = Places()
    rows = [
        (
            number,
            of.sections[choice.section],
            [of.tags[place] for place in choice.tags],
            [of.authors[place] for place in choice.authors],
            of.pictures[choice.picture],
        )
        for number, choice in enumerate(content.choices())
    ]
    with connection.cursor() as cursor:
        _make_table(cursor, "place", "section_id bigint, tags bigint[], authors bigint[], lead_image_id bigint")
        cursor.executemany("INSERT INTO place VALUES (%s, %s, %s, %s, %s)", rows)


AUTHORS = "CROSS JOIN unnest(authors) WITH ORDINALITY AS one (author, place)"
TAGS = "CROSS JOIN unnest(tags) AS tag"


def _statements() -> Iterator[str]:
    """What makes the articles ``first`` to ``last``, with all that belongs to them."""
    yield from _drawn()
    yield from _articles()
    yield from _editions()


def _highest_id(model: type[Model]) -> str:
    return f"(SELECT COALESCE(MAX(id), 0) FROM {model._meta.db_table})"


def _drawn() -> Iterator[str]:
    """A table of what the articles say and where they stand."""
    published = f"timestamptz '{NEWEST:%Y-%m-%d %H:%M}+00' - n * interval '{APART.total_seconds():.0f} seconds'"
    article_rows = (
        "(SELECT n, initcap(left(p.text, 50)) || ' ' || n AS headline, left(p.text, 120) AS standfirst, "
        "p.body || CASE WHEN n %% 500 = 0 THEN '<p>rareword' || n || '</p>' ELSE '' END "
        f"AS body, 'article-' || n AS slug, {published} AS published_at, place.section_id, "
        "place.lead_image_id, place.tags, place.authors, p.vector, p.top "
        f"FROM generate_series(%(first)s::int, %(last)s::int) n JOIN pattern p ON p.number = n %% {PATTERNS} "
        f"JOIN place ON place.number = n %% {content.CHOICES})"
    )
    path = "to_char(published_at AT TIME ZONE 'UTC', '/YYYY/MM/DD/') || slug || '/'"
    yield "DROP TABLE IF EXISTS made"
    yield (
        "CREATE TEMPORARY TABLE made AS SELECT told.*, "
        f"{_highest_id(Article)} + 1 + n - %(first)s::int AS article, {path} AS path FROM {article_rows} AS told"
    )


def _articles() -> Iterator[str]:
    yield _insert(
        Article,
        "made",
        id="article",
        headline="headline",
        slug="slug",
        standfirst="standfirst",
        body="body",
        section_id="section_id",
        lead_image_id="lead_image_id",
        stage="'published'",
        published_at="published_at",
        saved_at="published_at",
    )
    yield _insert(ArticleByline, f"made {AUTHORS}", article_id="article", author_id="author")
    yield _insert(ArticleTag, f"made {TAGS}", content_object_id="article", tag_id="tag")
    yield _insert(Address, "made", article_id="article", path="path")
    title = "setweight(to_tsvector('simple', headline), 'A')"
    rare = "CASE WHEN n %% 500 = 0 THEN to_tsvector('simple', 'rareword' || n) ELSE '' END"
    yield (
        f"INSERT INTO {DESK_SEARCH} (article_id, headline, words) "
        f"SELECT article, {title}, {title} || top || vector || {rare} FROM made"
    )
    indexed = IndexedArticle._meta.db_table
    yield f"INSERT INTO {indexed} (article_id, version, note_id) SELECT article, 0, 0 FROM made"


def _editions() -> Iterator[str]:
    yield "DROP TABLE IF EXISTS cut"
    yield (
        "CREATE TEMPORARY TABLE cut AS SELECT made.*, k, "
        f"{_highest_id(Edition)} + 1 + (n - %(first)s::int) * {EDITIONS} + k AS edition "
        f"FROM made CROSS JOIN generate_series(0, {EDITIONS - 1}) k"
    )
    yield _insert(
        Edition,
        "cut",
        id="edition",
        article_id="article",
        headline="headline",
        slug="slug",
        standfirst="standfirst",
        body="body",
        section_id="section_id",
        lead_image_id="lead_image_id",
        path="path",
        published_at="published_at",
        live_from="published_at + k * interval '1 hour'",
        live_until=f"CASE WHEN k = {EDITIONS - 1} THEN timestamptz '9999-01-01 00:00+00' "
        "ELSE published_at + (k + 1) * interval '1 hour' END",
    )
    when = {"edition_id": "edition", "published_at": "published_at"}
    yield _insert(EditionByline, f"cut {AUTHORS}", author_id="author", order="place - 1", **when)
    yield _insert(EditionSection, "cut", section_id="section_id", **when)
    yield _insert(EditionTag, f"cut {TAGS}", tag_id="tag", **when)
    yield (
        f"INSERT INTO {SEARCH} (edition_id, vector, top, body) SELECT edition, "
        "top || vector || CASE WHEN n %% 500 = 0 THEN to_tsvector('simple', 'rareword' || n) ELSE '' END, top, "
        "left(body, 1000) FROM cut"
    )


def _insert(model, source: str, **values: str) -> str:
    """Return an INSERT of a row for each of ``source``; columns missing in ``values`` get their defaults."""
    columns, expressions = [], []
    for field in model._meta.concrete_fields:
        name = field.attname if field.attname in values else field.name
        if field.primary_key and name not in values:
            continue
        columns.append(connection.ops.quote_name(field.column))
        expressions.append(values.get(name) or _default(field))
    return f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {', '.join(expressions)} FROM {source}"


def _default(field) -> str:
    if getattr(field, "auto_now_add", False) or field.default is timezone.now:
        return "published_at"
    value = field.get_db_prep_save(field.get_default(), connection)
    if value is None:
        return "NULL"
    if field.get_internal_type() == "JSONField":
        return f"'{value.dumps(value.obj)}'::jsonb"
    if isinstance(value, bool | int):
        return str(value)
    return f"'{value}'"


@contextmanager
def _without_indexes() -> Iterator[None]:
    """Drop indexes and triggers while rows are inserted, because that is fastest, and restore them at the end."""
    tables = [*(model._meta.db_table for model in TABLES), SEARCH, DESK_SEARCH]
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # keys of other tables are not looked up
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes JOIN pg_class ON relname = indexname "
            "JOIN pg_index ON indexrelid = pg_class.oid WHERE schemaname = current_schema() AND tablename = ANY(%s) "
            "AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
            [tables],
        )
        indexes = cursor.fetchall()
        for name, _made in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        try:
            yield
        finally:
            cursor.execute("SET maintenance_work_mem = '1GB'")
            for _name, index_sql in indexes:
                cursor.execute(index_sql)
            cursor.execute("SET session_replication_role = origin")
