"""Measure an import on the paper named by the NEWSROOM_* variables: stories a second, memory, taken back as before.

.venv/bin/python bench/importing.py FILE [--format wxr]
"""

import argparse
import os
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

import django

django.setup()

from articles.importing import reporting
from articles.importing.running import ImportOrder, ImportProgress, run_import
from articles.importing.sums import sum_of_tables
from articles.importing.taking_back import take_import_back

NAME = "measured"


def tell(progress: ImportProgress) -> None:
    if progress.done % 1000 == 0 or progress.done == progress.total:
        print(f"{progress.done:,} of {progress.total:,}  {progress.rate:,.0f} a second  {_memory()} MB", flush=True)


def _memory() -> int:
    """Return the most memory that this process held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def _timed(title: str, work):
    began = time.monotonic()
    result = work()
    print(f"{title}: {time.monotonic() - began:.1f} s, {time.process_time():.1f} s of this process so far", flush=True)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--format", default="")
    options = parser.parse_args()
    order, before = ImportOrder(options.file, format=options.format), sum_of_tables()
    print(f"{_memory()} MB before")
    operation = _timed("run", lambda: run_import(NAME, order, tell=tell))
    for count in reporting.count_kinds(operation):
        print(reporting.line_of_kind(count))
    first = sum_of_tables()
    _timed("run again", lambda: run_import(NAME, order))
    print("Nothing new." if sum_of_tables() == first else "SOMETHING NEW, although the file is the same.")
    _timed("take back", lambda: take_import_back(NAME))
    after = sum_of_tables()
    different = sorted(table for table in before if before[table] != after[table])
    print(f"DIFFERENT after taking back: {', '.join(different)}" if different else "As before by checksum.")
    print(f"At most {_memory()} MB.")


if __name__ == "__main__":
    main()
