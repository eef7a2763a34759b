import time
from io import BytesIO
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.core.wsgi import get_wsgi_application
from django.utils import timezone
from taggit.models import Tag

from articles.models.author import Author
from articles.models.edition import Edition
from articles.models.section import Section
from newsroom import pages
from tickers.models import Pair

TOLD = 50  # pages between two lines of output


class Command(BaseCommand):
    help = "Make the pages that readers ask for most, so that nobody waits for them: after an update, after a restart."

    def add_arguments(self, parser):
        parser.add_argument("--articles", type=int, default=200, help="How many of the newest articles.")
        parser.add_argument(
            "--root", default=settings.SITE_ROOT, help="Scheme and host that readers ask, as https://news.example.org."
        )

    def handle(self, **options):
        root = urlsplit(options["root"])
        if root.scheme not in {"http", "https"} or not root.netloc or root.path.strip("/"):
            raise CommandError("--root must be a scheme and a host, like https://news.example.org.")
        answer, start = get_wsgi_application(), time.monotonic()
        paths = list(dict.fromkeys(addresses_to_warm(options["articles"])))
        failed = []
        for number, path in enumerate(paths, start=1):
            status = ask_page(answer, root.scheme, root.netloc, path)
            if status >= 400:
                failed.append(f"{path} answers {status}")
            if number % TOLD == 0 or number == len(paths):
                self.stdout.write(f"[{number}/{len(paths)}] {time.monotonic() - start:.1f} s")
        if failed:
            raise CommandError(f"{len(failed)} of {len(paths)} pages could not be made: {'; '.join(failed[:5])}")


def addresses_to_warm(articles):
    """Yield the most requested addresses: fixed pages, sections, the newest articles with their authors and tags."""
    yield from pages.WARMED
    for section in Section.objects.with_parent():
        base = section.get_absolute_url()
        yield from (base, f"{base}feed/")
    yield from (pair.get_absolute_url() for pair in Pair.objects.active())
    newest = Edition.objects.live(timezone.now()).newest()[:articles]
    editions = list(newest.values_list("pk", "path"))
    yield from (path for _pk, path in editions)
    pks = [pk for pk, _path in editions]
    authors = Author.objects.public().filter(edition_bylines__edition__in=pks).distinct()
    yield from (author.get_absolute_url() for author in authors)
    tags = Tag.objects.filter(edition_rows__edition__in=pks).distinct()
    yield from (f"/topics/{tag.slug}/" for tag in tags)


def ask_page(answer, scheme, host, path):
    """Request a page within this process as a reader would, which caches it for the servers, and return its status."""
    name, _, port = host.partition(":")
    statuses = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SCRIPT_NAME": "",
        "SERVER_NAME": name,
        "SERVER_PORT": port or ("443" if scheme == "https" else "80"),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": host,
        "HTTP_ACCEPT_ENCODING": "br",
        "wsgi.url_scheme": scheme,
        "wsgi.input": BytesIO(),
    }
    response = answer(environ, lambda status, headers, *exc_info: statuses.append(int(status[:3])))
    for _part in response:
        pass
    response.close()
    return statuses[0]
