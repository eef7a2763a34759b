"""A paper of any size to measure with: articles with three editions each, of which the last is live.

PostgreSQL writes it from patterns by itself, without its indexes, which are made at the end; SQLite gets it row by row.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice

from django.db import connection, transaction
from django.utils import timezone
from taggit.models import Tag

from articles import desk_search, search
from articles.models import (
    FOR_EVER,
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
    IndexedArticle,
    Section,
)
from articles.public import announcements
from articles.search import headlines, postgres
from newsroom.serving import generation

NEWEST = datetime(2025, 12, 8, 6, 0, tzinfo=UTC)
APART = timedelta(minutes=30)  # between two articles: a hundred thousand are six years
EDITIONS = 3
WORDS = "steppe market river summit border price valley school road minister harvest train tax loan gas song".split()
PATTERNS = 500  # different texts
BATCH = 10_000
TABLES = [Article, ArticleByline, ArticleTag, Address, Edition, EditionByline, EditionSection, EditionTag]
SEARCH, DESK_SEARCH = "articles_search", "articles_desk_search"

Told = Callable[[int, int, float], None]


def prepare() -> None:
    """Ten sections, forty authors, sixteen tags, if the paper has none of ours."""
    if Section.objects.filter(slug="section-0").exists():
        return
    Section.objects.bulk_create(Section(name=f"Section {n}", slug=f"section-{n}") for n in range(10))
    Author.objects.bulk_create(Author(name=f"Author {n}", slug=f"author-{n}") for n in range(40))
    Tag.objects.bulk_create(Tag(name=f"Tag {n}", slug=f"tag-{n}") for n in range(16))


def make(first: int, last: int, tell: Told = lambda done, total, seconds: None) -> None:
    """Add articles number ``first`` to ``last``, each half an hour older than the one before; ``tell`` how it goes."""
    prepare()
    (_fill_postgresql if connection.vendor == "postgresql" else _fill)(first, last, tell)
    Announcement.objects.all().delete()
    announcements.announce_to(announcements.Listener.SITEMAPS, timezone.now())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # as autovacuum does; nothing ever analyses a paper's SQLite
            cursor.execute("VACUUM ANALYZE")
    generation.change()


def text_of(number: int) -> str:
    return " ".join(WORDS[(number * step) % len(WORDS)] for step in range(1, 60))


def _article(number: int, sections: list[Section]) -> Article:
    text = text_of(number)
    return Article(
        headline=f"{text[:50].title()} {number}",
        slug=f"article-{number}",
        standfirst=text[:120],
        body=f"<p>{text}</p>" * 4 + (f"<p>rareword{number}</p>" if number % 500 == 0 else ""),
        section=sections[number % len(sections)],
        stage="published",
        published_at=NEWEST - APART * number,
        saved_at=NEWEST - APART * number,
    )


def _edition(article: Article, number: int) -> Edition:
    """Of an article's ``EDITIONS`` that of ``number``: an hour each, the last for ever."""
    names = "headline slug standfirst body section_id published_at".split()
    is_last = number == EDITIONS - 1
    start = article.published_at + timedelta(hours=number)
    return Edition(
        article=article,
        path=f"/{article.published_at:%Y/%m/%d}/{article.slug}/",
        live_from=start,
        live_until=FOR_EVER if is_last else start + timedelta(hours=1),
        **{name: getattr(article, name) for name in names},
    )


def _fill(first: int, last: int, tell: Told) -> None:
    sections, authors, tags = list(Section.objects.all()), list(Author.objects.all()), list(Tag.objects.all())
    numbers, start = iter(range(first, last)), time.monotonic()
    while batch := list(islice(numbers, BATCH // EDITIONS)):
        articles = Article.objects.bulk_create(_article(number, sections) for number in batch)
        pairs = list(zip(batch, articles, strict=True))
        author_of, tag_of = (lambda number: authors[number % len(authors)]), (lambda number: tags[number % len(tags)])
        ArticleByline.objects.bulk_create(ArticleByline(article=one, author=author_of(n)) for n, one in pairs)
        ArticleTag.objects.bulk_create(ArticleTag(content_object=one, tag=tag_of(n)) for n, one in pairs)
        Address.objects.bulk_create(Address(article=one, path=_edition(one, 0).path) for _n, one in pairs)
        cut = [(number, _edition(one, place)) for number, one in pairs for place in range(EDITIONS)]
        Edition.objects.bulk_create([edition for _n, edition in cut])
        when = [(n, one, {"edition": one, "published_at": one.published_at}) for n, one in cut]
        EditionByline.objects.bulk_create(EditionByline(author=author_of(n), order=0, **row) for n, _one, row in when)
        EditionSection.objects.bulk_create(EditionSection(section_id=one.section_id, **row) for _n, one, row in when)
        EditionTag.objects.bulk_create(EditionTag(tag=tag_of(n), **row) for n, _one, row in when)
        tell(batch[-1] + 1 - first, last - first, time.monotonic() - start)
    search.rebuild_editions()
    headlines.rebuild_headlines()
    desk_search.rebuild_copies()


def _fill_postgresql(first: int, last: int, tell: Told) -> None:
    """Each batch is some INSERTs of what generate_series counts; keys are taken first, so that rows find each other."""
    start = time.monotonic()
    _patterns()
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


def _patterns() -> None:
    """A table of texts, with what search keeps of each; it is gone with the connection."""
    rows = [(number, text_of(number)) for number in range(PATTERNS)]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pattern")
        cursor.execute(
            "CREATE TEMPORARY TABLE pattern (number int PRIMARY KEY, text text, vector tsvector, top tsvector)"
        )
        cursor.executemany("INSERT INTO pattern (number, text) VALUES (%s, %s)", rows)
        cursor.execute(
            "UPDATE pattern SET vector = setweight(to_tsvector('russian', text), 'C'), "
            "top = setweight(to_tsvector('russian', left(text, 50)), 'A') "
            "|| setweight(to_tsvector('russian', left(text, 120)), 'B')"
        )


def _statements() -> Iterator[str]:
    ids = {model: f"(SELECT COALESCE(MAX(id), 0) FROM {model._meta.db_table})" for model in TABLES}
    section, author, tag = (
        f"(SELECT MIN(id) FROM {table} WHERE slug = '{slug}') + n %% {count}"
        for table, slug, count in (
            ("articles_section", "section-0", 10),
            ("articles_author", "author-0", 40),
            ("taggit_tag", "tag-0", 16),
        )
    )
    published = f"timestamptz '{NEWEST:%Y-%m-%d %H:%M}+00' - n * interval '{APART.total_seconds():.0f} seconds'"
    told = (
        "(SELECT n, initcap(left(p.text, 50)) || ' ' || n AS headline, left(p.text, 120) AS standfirst, "
        "repeat('<p>' || p.text || '</p>', 4) || CASE WHEN n %% 500 = 0 THEN '<p>rareword' || n || '</p>' ELSE '' END "
        f"AS body, 'article-' || n AS slug, {published} AS published_at, {section} AS section_id, "
        "p.vector, p.top FROM generate_series(%(first)s::int, %(last)s::int) n "
        f"JOIN pattern p ON p.number = n %% {PATTERNS})"
    )
    path = "to_char(published_at AT TIME ZONE 'UTC', '/YYYY/MM/DD/') || slug || '/'"
    yield "DROP TABLE IF EXISTS made"
    yield (
        "CREATE TEMPORARY TABLE made AS SELECT told.*, "
        f"{ids[Article]} + 1 + n - %(first)s::int AS article, {path} AS path FROM {told} AS told"
    )
    yield _insert(
        Article,
        "made",
        id="article",
        headline="headline",
        slug="slug",
        standfirst="standfirst",
        body="body",
        section_id="section_id",
        stage="'published'",
        published_at="published_at",
        saved_at="published_at",
    )
    yield _insert(ArticleByline, "made", article_id="article", author_id=author)
    yield _insert(ArticleTag, "made", content_object_id="article", tag_id=tag)
    yield _insert(Address, "made", article_id="article", path="path")
    title = "setweight(to_tsvector('simple', headline), 'A')"
    rare = "CASE WHEN n %% 500 = 0 THEN to_tsvector('simple', 'rareword' || n) ELSE '' END"
    yield (
        f"INSERT INTO {DESK_SEARCH} (article_id, headline, words) "
        f"SELECT article, {title}, {title} || top || vector || {rare} FROM made"
    )
    indexed = IndexedArticle._meta.db_table
    yield f"INSERT INTO {indexed} (article_id, version, note_id) SELECT article, 0, 0 FROM made"
    yield "DROP TABLE IF EXISTS cut"
    yield (
        "CREATE TEMPORARY TABLE cut AS SELECT made.*, k, "
        f"{ids[Edition]} + 1 + (n - %(first)s::int) * {EDITIONS} + k AS edition "
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
        path="path",
        published_at="published_at",
        live_from="published_at + k * interval '1 hour'",
        live_until=f"CASE WHEN k = {EDITIONS - 1} THEN timestamptz '9999-01-01 00:00+00' "
        "ELSE published_at + (k + 1) * interval '1 hour' END",
    )
    when = {"edition_id": "edition", "published_at": "published_at"}
    yield _insert(EditionByline, "cut", author_id=author, order="0", **when)
    yield _insert(EditionSection, "cut", section_id="section_id", **when)
    yield _insert(EditionTag, "cut", tag_id=tag, **when)
    yield (
        f"INSERT INTO {SEARCH} (edition_id, vector, top, body) SELECT edition, "
        "top || vector || CASE WHEN n %% 500 = 0 THEN to_tsvector('simple', 'rareword' || n) ELSE '' END, top, "
        "left(body, 1000) FROM cut"
    )


def _insert(model, source: str, **values: str) -> str:
    """An INSERT of a row for each of ``source``: what ``values`` don't say has its default."""
    columns, given = [], []
    for field in model._meta.concrete_fields:
        name = field.attname if field.attname in values else field.name
        if field.primary_key and name not in values:
            continue
        columns.append(connection.ops.quote_name(field.column))
        given.append(values.get(name) or _default(field))
    return f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {', '.join(given)} FROM {source}"


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
    """Rows go in quickest where no index and no trigger is in their way; both are there again at the end."""
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
            for _name, made in indexes:
                cursor.execute(made)
            cursor.execute("SET session_replication_role = origin")
