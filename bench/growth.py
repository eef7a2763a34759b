"""The slowdown of pages as the archive grows: the same pages with few and with many articles, as ratios.

    .venv/bin/python bench/growth.py [--small 1000] [--large 100000] [--only desk]

It makes a database of its own (SQLite in a temporary folder; or the EMPTY one named by NEWSROOM_DATABASE_URL), and
prints for each page the median time with both archives, and their ratio.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("NEWSROOM_VAR_DIR", tempfile.mkdtemp(prefix="bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

import django

django.setup()

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.db.models import F, Model
from django.test import Client
from taggit.models import Tag

from articles.models import Article, Author, Edition, Image, Section, TagKey
from bench import archive, content

ROUNDS = 15
PLACED = "app_label=articles&model_name=placement&field_name=article"


def pages() -> dict[str, str]:
    """Return the measured public pages."""
    newest = Edition.objects.newest().first()
    return {
        "front page": "/",
        "section": "/section-1/",
        "section, page 5": "/section-1/?page=5",
        "month": "/section-1/2025/12/",
        "article": newest.path,
        "article, old": "/2025/12/06/article-100/",
        "author": "/authors/author-1/",
        "tag": "/topics/tag-1/",
        "latest": "/latest/",
        "search, common word": "/search/?q=market",
        "search, rare word": "/search/?q=rareword500",
        "search, narrowed": "/search/?q=market&kind=news&sort=oldest",
        "search, misspelt": "/search/?q=markwt",
        "suggestions": "/search/suggest/?q=mark",
        "feed": "/feed/",
        "feed of a tag": "/topics/tag-1/feed/",
        "feed of a section": "/section-1/atom/",
        "sitemap index": "/sitemap.xml",
        "sitemap of a month": "/sitemap-2025-12.xml",
    }


def screens() -> dict[str, str]:
    """Return the measured screens of the desk, without its narrowed lists."""
    newest = Edition.objects.newest().first()
    return {
        "desk: first page": "/admin/",
        "desk: articles": "/admin/articles/article/",
        "desk: articles, page 10": "/admin/articles/article/?p=10",
        "desk: search, a page full": "/admin/articles/article/?q=harvest",
        "desk: search, one found": "/admin/articles/article/?q=steppe+0",
        "desk: search, few, then full": "/admin/articles/article/?q=harvest+77",
        "desk: search, in texts": "/admin/articles/article/?q=rareword500",
        "desk: search, by an author": "/admin/articles/article/?q=market&author=Author+1",
        "desk: search, by days": "/admin/articles/article/?q=market&since=2025-11-20&until=2025-11-25",
        "desk: search, by a tag": "/admin/articles/article/?tag=Tag+1",
        "desk: articles of mine": "/admin/articles/article/?whose=mine",
        "desk: unpublished changes": "/admin/articles/article/?desk=unpublished",
        "desk: live": "/admin/articles/article/?readers=live",
        "desk: published by": "/admin/articles/article/?published_by=bench",
        "desk: Ctrl+K, common word": "/admin/find/?format=json&q=market",
        "desk: Ctrl+K, rare word": "/admin/find/?format=json&q=rareword500",
        "desk: Ctrl+K, two letters": "/admin/find/?format=json&q=ma",
        "desk: Ctrl+K, nothing typed": "/admin/find/?format=json&q=",
        "desk: link to an article": "/admin/find/?format=json&for=link&q=market+valley",
        "desk: editions": "/admin/articles/edition/",
        "desk: editions, search": "/admin/articles/edition/?q=market",
        "desk: editions, rare word": "/admin/articles/edition/?q=rareword500",
        "desk: tags": "/admin/taggit/tag/?q=tag",
        "desk: tag": f"/admin/taggit/tag/{Tag.objects.get(slug='tag-1').pk}/change/",
        "desk: author": f"/admin/articles/author/{Author.objects.get(slug='author-1').pk}/change/",
        "desk: board, search": "/admin/articles/placement/board/?q=market",
        "desk: calendar": "/admin/articles/edition/calendar/",
        "desk: front page board": "/admin/articles/placement/board/",
        "desk: article form": f"/admin/articles/article/{newest.article_id}/change/",
        "desk: pick an article": f"/admin/autocomplete/?term=Steppe&{PLACED}",
        "desk: pick a tag": "/admin/taggit/tag/names/?term=topic+7",
    }


def narrowed_lists() -> dict[str, str]:
    """Return the measured lists of the desk, narrowed by a filter or a word, and the previews of merges."""
    newest = Edition.objects.newest().first()
    return {
        "desk: what waits": "/admin/articles/article/?desk=waiting",
        "desk: scheduled, older text": "/admin/articles/article/?desk=older",
        "desk: nobody's drafts": "/admin/articles/article/?whose=nobody",
        "desk: assigned to me": "/admin/articles/article/?whose=assigned",
        "desk: overdue": "/admin/articles/article/?due=over",
        "desk: never published": "/admin/articles/article/?readers=never",
        "desk: scheduled": "/admin/articles/article/?readers=coming",
        "desk: trash": "/admin/articles/article/?trash=1",
        "desk: drafts of a section": f"/admin/articles/article/?stage__exact=draft&section={newest.section_id}",
        "desk: editions, live": "/admin/articles/edition/?when=now",
        "desk: editions, past": "/admin/articles/edition/?when=past",
        "desk: revisions, search": "/admin/articles/revision/?q=market",
        "desk: places, search": "/admin/articles/placement/?q=market",
        "desk: authors, search": "/admin/articles/author/?q=writer+7",
        "desk: merge tags": _merge("taggit/tag", Tag),
        "desk: merge authors": _merge("articles/author", Author),
        "desk: merge sections": _merge("articles/section", Section),
        "desk: versions": f"/admin/articles/article/{newest.article_id}/versions/",
        "desk: who leaves": f"/admin/auth/user/{User.objects.get(username='writer').pk}/suspend/",
        "desk: audit": "/admin/admin/logentry/",
        "desk: audit, words": "/admin/admin/logentry/?q=steppe",
        "desk: pictures": "/admin/articles/image/",
        "desk: pictures, common word": "/admin/articles/image/?q=steppe",
        "desk: pictures, rare word": "/admin/articles/image/?q=rareword500",
        "desk: pictures, not used": "/admin/articles/image/?use=none",
        "desk: pictures of mine": "/admin/articles/image/?whose=mine",
        "desk: pick a picture": "/admin/articles/image/picker/?q=rareword500",
    }


def _merge(address: str, model: type[Model]) -> str:
    """Return the page that previews a merge of the first two of a kind."""
    first, second = model._base_manager.filter(slug__in=[f"{model._meta.model_name}-{n}" for n in (1, 2)]).order_by(
        "slug"
    )
    return f"/admin/{address}/{first.pk}/merge/?into={second.pk}"


def measure(client: Client, only: str) -> dict[str, float]:
    """Return the median time in milliseconds of each page with ``only`` in its name."""
    milliseconds = {}
    for name, path in (pages() | screens() | narrowed_lists()).items():
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
        milliseconds[name] = statistics.median(times)
    return milliseconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=1000)
    parser.add_argument("--large", type=int, default=100_000)
    parser.add_argument("--only", default="", help="Measure the pages whose name has this in it.")
    parser.add_argument("--json", help="Write the milliseconds to this file, too.")
    options = parser.parse_args()
    measured = grow(options.small, options.large, options.only)
    if options.json:
        Path(options.json).write_text(json.dumps(measured, indent=1))
    print(f"{connection.vendor}: {options.small:,} and {options.large:,} articles; median of {ROUNDS}, ms")
    for name, (small, large) in measured.items():
        print(f"{name:28} {small:8.1f} {large:8.1f}   x {large / small:4.2f}")


def grow(few: int, many: int, only: str = "") -> dict[str, tuple[float, float]]:
    """Return the milliseconds of each page with ``few`` articles and with ``many``, in an empty database."""
    # No debug, and nothing kept of pages: what is measured is making them.
    settings.ALLOWED_HOSTS, settings.DEBUG = ["testserver"], False
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "pagecache" not in name]
    call_command("migrate", verbosity=0)
    if Edition.objects.exists():
        sys.exit("The database is not empty.")
    client = Client()
    user = User.objects.create(username="bench", is_staff=True, is_superuser=True)
    client.force_login(user)
    results = []
    for first, last in ((0, few), (few, many)):
        archive.make(first, last)
        _give_names(first, last)
        _give_work(user)
        results.append(measure(client, only))
    return {name: (small, results[1][name]) for name, small in results[0].items()}


def _give_names(first: int, last: int) -> None:
    """Create a new tag for every ten articles, a picture for every two, and a line in the log for each.

    For every hundred there is a new author.
    """
    tags = [Tag(name=f"Topic {n}", slug=f"topic-{n}") for n in range(first, last, 10)]
    tags_saved = Tag._base_manager.bulk_create(tags)
    TagKey.objects.bulk_create(TagKey(key=f"topic {tag.name[6:]}", tag=tag, name=tag.name) for tag in tags_saved)
    Author.objects.bulk_create(Author(name=f"Writer {n}", slug=f"writer-{n}") for n in range(first, last, 100))
    Image.objects.bulk_create((_image(n) for n in range(first, last, 2)), batch_size=archive.BATCH)
    kind, by = ContentType.objects.get_for_model(Article), User.objects.get(username="bench")
    log = (LogEntry(user=by, content_type=kind, object_id=n, object_repr=f"Article {n}", action_flag=CHANGE,
                    change_message="Saved") for n in range(first, last))  # fmt: skip
    LogEntry.objects.bulk_create(log, batch_size=archive.BATCH)


def _image(number: int) -> Image:
    text = content.short_text(number)
    rare = f" rareword{number}" if number % 500 == 0 else ""
    texts = {"title": f"{text[:50]}{rare}", "alt": text[:120], "caption": text[60:160], "credit": "The paper"}
    return Image(file=f"{number}.jpg", key=f"key{number}", sha256=f"hash{number}", width=1600, height=900, **texts)


def _give_work(user: User) -> None:
    """Give an author's articles to ``user``, and unpublished changes to one article in fifty."""
    Author.objects.filter(slug="author-1").update(user=user)
    writer, _made = User.objects.get_or_create(username="writer", is_staff=True)
    Article.objects.alias(place=F("pk") % 100).filter(place=7).update(assignee=writer)
    Article.objects.alias(place=F("pk") % 50).filter(place=0).update(stage="draft")
    Article.objects.alias(place=F("pk") % 3).filter(place=0).update(saved_by=user)
    Edition.objects.alias(place=F("pk") % 30).filter(place=0).update(cut_by=user)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE articles_article, articles_edition")


if __name__ == "__main__":
    main()
