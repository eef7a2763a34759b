"""Fill an EMPTY paper, named by the NEWSROOM_* variables, with made-up articles of three editions each, for measuring.

.venv/bin/python bench/make_archive.py [--articles 100000]
"""

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

import django

django.setup()

from django.db import ProgrammingError

from articles.models import Edition
from bench import archive

MOST = 10_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--whole-texts", action="store_true", help="of 600 to 900 words, which take their time")
    options = parser.parse_args()
    number = options.articles
    if not 0 < number <= MOST:
        parser.error(f"--articles must be from 1 to {MOST:,}.")
    if Edition.objects.exists():
        parser.error("This paper has articles already: name an empty database by NEWSROOM_DATABASE_URL.")
    try:
        archive.make(0, number, tell, whole_texts=options.whole_texts)
    except ProgrammingError as error:
        parser.error(f"The database's user must be a superuser, to write without triggers: {error}")
    print(f"{number:,} articles, {number * archive.EDITIONS:,} editions. Indexed and counted.")


def tell(done_count: int, total: int, seconds: float) -> None:
    print(f"{done_count:,} of {total:,}  {done_count / max(seconds, 0.001):,.0f} a second")


if __name__ == "__main__":
    main()
