"""The slowdown of the bar and the pages of rates with thirty years of daily rates of fifty pairs.

    .venv/bin/python bench/rates.py [--pairs 50] [--years 30]

It makes a database of its own (SQLite in a temporary folder; or the EMPTY one named by NEWSROOM_DATABASE_URL), and
prints for each page the median time with one year of five pairs, with the long past, and their ratio.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("NEWSROOM_VAR_DIR", tempfile.mkdtemp(prefix="bench-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from tickers import ratebar
from tickers.models import Pair, Rate

ROUNDS = 15
BATCH = 5000
PAGES = {
    "/rates/": "/rates/",
    "pair, 1 month": "/rates/aaa-usd/",
    "pair, 1 year": "/rates/aaa-usd/?span=1y",
    "pair, 5 years": "/rates/aaa-usd/?span=5y",
    "pair, all": "/rates/aaa-usd/?span=all",
    "converter, an old day": "/rates/aaa-usd/?amount=100&currency=AAA&day=2000-01-01",
    "CSV": "/rates/aaa-usd.csv",
    "rates.json": "/rates.json",
}


def code(number: int) -> str:
    """Return the code of a currency: AAA, AAB and so on."""
    return "".join(chr(65 + number // 26**place % 26) for place in (2, 1, 0))


def fill(pairs: int, days: range) -> None:
    """Create a rate a day for the first ``pairs``, for ``days`` back."""
    today = timezone.localdate()
    for number in range(pairs):
        pair, _made = Pair.objects.get_or_create(base=code(number), defaults={"order": number, "provider": "cbr"})
        known_days = set(pair.rates.values_list("effective_date", flat=True))
        rows = [
            Rate(pair=pair, effective_date=day, value=worth(day, number), provider="cbr")
            for day in (today - timedelta(days=back) for back in days)
            if day not in known_days
        ]
        Rate.objects.bulk_create(rows, batch_size=BATCH)


def worth(day: date, number: int) -> Decimal:
    """Return a value that varies from day to day."""
    return Decimal(10_000 + day.toordinal() * 7919 % 997 + number) / 1_000_000


def measure() -> dict[str, tuple[float, int]]:
    """Return the median milliseconds and the number of queries of the bar and each page."""
    client, zone = Client(), timezone.get_current_timezone()
    work = {"the bar": lambda: ratebar.current_rows(timezone.now(), zone)}
    work |= {name: (lambda path=path: b"".join(client.get(path))) for name, path in PAGES.items()}
    results = {}
    for name, step in work.items():
        step()
        connection.force_debug_cursor = True
        connection.queries_log.clear()
        step()
        queries, connection.force_debug_cursor = len(connection.queries_log), False
        times = []
        for _round in range(ROUNDS):
            start = time.perf_counter()
            step()
            times.append((time.perf_counter() - start) * 1000)
        results[name] = (statistics.median(times), queries)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=50)
    parser.add_argument("--years", type=int, default=30)
    options = parser.parse_args()
    settings.ALLOWED_HOSTS, settings.DEBUG = ["testserver"], False
    call_command("migrate", verbosity=0)
    if Rate.objects.exists():
        sys.exit("The database is not empty.")
    results = []
    for pairs, days in ((5, 365), (options.pairs, options.years * 365)):
        fill(pairs, range(days))
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        results.append(measure())
    print(f"{connection.vendor}: 5 pairs, 1 year; {options.pairs} pairs, {options.years} years; median of {ROUNDS}, ms")
    for name, (small, queries) in results[0].items():
        large, more = results[1][name]
        print(f"{name:24} {small:8.1f} {large:8.1f}   x {large / small:5.2f}   {queries} and {more} queries")


if __name__ == "__main__":
    main()
