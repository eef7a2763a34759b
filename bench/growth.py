"""How much slower pages get as the archive grows: the same pages with few and with many articles, as ratios.

    .venv/bin/python bench/growth.py [--small 1000] [--large 100000] [--only desk]

It makes a database of its own (SQLite in a temporary folder; or the EMPTY one named by NEWSROOM_DATABASE_URL), and
prints for each page the median time with both archives, and their ratio.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("NEWSROOM_VAR_DIR", tempfile.mkdtemp(prefix="bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

import django

django.setup()

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from taggit.models import Tag

from articles import announcing, search
from articles.models import (
    Announcement,
    Article,
    ArticleByline,
    Author,
    Edition,
    EditionByline,
    EditionSection,
    EditionTag,
    Section,
)
from articles.search import headlines

NEWEST = datetime(2025, 12, 8, 6, 0, tzinfo=UTC)
WORDS = "steppe market river summit border price valley school road minister harvest train tax loan gas song".split()
ROUNDS = 15
PLACED = "app_label=articles&model_name=placement&field_name=article"
BATCH = 5000


def fill(first: int, last: int, sections: list[Section], authors: list[Author], tags: list[Tag]) -> None:
    """Add live articles number ``first`` to ``last``, each half an hour older than the one before."""
    numbers = iter(range(first, last))
    while batch := list(islice(numbers, BATCH)):
        articles = Article.objects.bulk_create(article(number, sections) for number in batch)
        editions = Edition.objects.bulk_create(
            edition(number, article) for number, article in zip(batch, articles, strict=True)
        )
        for number, one in zip(batch, editions, strict=True):
            one.number = number
        when = [(one, {"edition": one, "published_at": one.published_at}) for one in editions]
        ArticleByline.objects.bulk_create(
            ArticleByline(article=one, author=authors[number % len(authors)])
            for number, one in zip(batch, articles, strict=True)
        )
        EditionByline.objects.bulk_create(
            EditionByline(author=authors[one.number % len(authors)], order=0, **row) for one, row in when
        )
        EditionSection.objects.bulk_create(EditionSection(section_id=one.section_id, **row) for one, row in when)
        EditionTag.objects.bulk_create(EditionTag(tag=tags[one.number % len(tags)], **row) for one, row in when)


def article(number: int, sections: list[Section]) -> Article:
    text = " ".join(WORDS[(number * step) % len(WORDS)] for step in range(1, 60))
    return Article(
        headline=f"{text[:50].title()} {number}",
        slug=f"article-{number}",
        standfirst=text[:120],
        body=f"<p>{text}</p>" * 4 + (f"<p>rareword{number}</p>" if number % 500 == 0 else ""),
        section=sections[number % len(sections)],
        stage="published",
        published_at=NEWEST - timedelta(minutes=30 * number),
        saved_at=NEWEST - timedelta(minutes=30 * number),
    )


def edition(number: int, one: Article) -> Edition:
    names = "headline slug standfirst body section_id".split()
    return Edition(
        article=one,
        path=f"/{one.published_at:%Y/%m/%d}/{one.slug}/",
        published_at=one.published_at,
        live_from=one.published_at,
        **{name: getattr(one, name) for name in names},
    )


def pages() -> dict[str, str]:
    """What is measured: public pages, then the desk's."""
    newest = Edition.objects.newest().first()
    return {
        "front page": "/",
        "section": "/section-1/",
        "section, page 5": "/section-1/?page=5",
        "month": "/section-1/2025/12/",
        "article": newest.path,
        "author": "/authors/author-1/",
        "tag": "/topics/tag-1/",
        "latest": "/latest/",
        "search, common word": "/search/?q=market",
        "search, rare word": "/search/?q=rareword500",
        "search, narrowed": "/search/?q=market&kind=news&sort=oldest",
        "search, misspelt": "/search/?q=markwt",
        "suggestions": "/search/suggest/?q=mark",
        "feed": "/feed/",
        "feed of a section": "/section-1/atom/",
        "sitemap index": "/sitemap.xml",
        "sitemap of a month": "/sitemap-2025-12.xml",
        "desk: first page": "/admin/",
        "desk: articles": "/admin/articles/article/",
        "desk: articles, page 10": "/admin/articles/article/?p=10",
        "desk: search, a page full": "/admin/articles/article/?q=harvest",
        "desk: search, one found": "/admin/articles/article/?q=steppe+0",
        "desk: search, few, then full": "/admin/articles/article/?q=harvest+77",
        "desk: calendar": "/admin/articles/edition/calendar/",
        "desk: front page board": "/admin/articles/placement/board/",
        "desk: article form": f"/admin/articles/article/{newest.article_id}/change/",
        "desk: pick an article": f"/admin/autocomplete/?term=Steppe&{PLACED}",
    }


def measure(client: Client, only: str) -> dict[str, float]:
    """The median of milliseconds that each page takes whose name has ``only`` in it."""
    found = {}
    for name, path in pages().items():
        if only not in name:
            continue
        response = client.get(path)
        if response.status_code != 200:
            sys.exit(f"{name}: {path} answers {response.status_code}")
        times = []
        for _round in range(ROUNDS):
            start = time.perf_counter()
            b"".join(client.get(path))
            times.append((time.perf_counter() - start) * 1000)
        found[name] = statistics.median(times)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=1000)
    parser.add_argument("--large", type=int, default=100_000)
    parser.add_argument("--only", default="", help="Measure the pages whose name has this in it.")
    options = parser.parse_args()
    settings.ALLOWED_HOSTS, settings.DEBUG = ["testserver"], False
    call_command("migrate", verbosity=0)
    if Edition.objects.exists():
        sys.exit("The database is not empty.")
    sections = Section.objects.bulk_create(Section(name=f"Section {n}", slug=f"section-{n}") for n in range(10))
    authors = Author.objects.bulk_create(Author(name=f"Author {n}", slug=f"author-{n}") for n in range(40))
    tags = Tag.objects.bulk_create(Tag(name=f"Tag {n}", slug=f"tag-{n}") for n in range(16))
    client = Client()
    client.force_login(User.objects.create(username="bench", is_staff=True, is_superuser=True))
    results = []
    for first, last in ((0, options.small), (options.small, options.large)):
        fill(first, last, sections, authors, tags)
        search.rebuild()
        headlines.rebuild()
        Announcement.objects.all().delete()
        announcing.announce(announcing.Listener.SITEMAPS, timezone.now())
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        results.append(measure(client, options.only))
    print(f"{connection.vendor}: {options.small:,} and {options.large:,} articles; median of {ROUNDS}, ms")
    for name, small in results[0].items():
        large = results[1][name]
        print(f"{name:28} {small:8.1f} {large:8.1f}   x {large / small:4.2f}")


if __name__ == "__main__":
    main()
