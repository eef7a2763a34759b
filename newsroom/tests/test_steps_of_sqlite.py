"""What SQLite does for a list of the desk, by its own count: the same however large the archive.

SQLite tells no plan's rows, but it can be asked to report after so many steps of its own machine.
"""

from unittest import skipUnless

import pytest
from django.db import connection
from django.test import TransactionTestCase

from articles.models import Article
from articles.tests.factories import make_chief
from bench import archive
from newsroom.serving import frame

FEW, MANY = 300, 1_200
COUNTED = 100  # steps of SQLite's machine from one report to the next
MOST_GROWTH = 1.5
SLACK = 3_000  # steps: a few deeper trees, and rows that the smaller archive had not
ARTICLES, EDITIONS = "/admin/articles/article/", "/admin/articles/edition/"
LISTS = [
    *("/admin/", ARTICLES, f"{ARTICLES}?p=4", EDITIONS, f"{EDITIONS}?when=now", f"{EDITIONS}?when=past"),
    *(f"{ARTICLES}?{asked}" for asked in ("whose=mine", "whose=nobody", "whose=assigned", "due=over", "trash=1")),
    *(f"{ARTICLES}?desk={asked}" for asked in ("unpublished", "older", "waiting")),
    *(f"{ARTICLES}?readers={asked}" for asked in ("live", "coming", "never")),
    *("/admin/find/?format=json&q=", "/admin/articles/edition/calendar/", "/admin/articles/placement/board/"),
]


@pytest.mark.long
@skipUnless(connection.vendor == "sqlite", "PostgreSQL tells the rows of each plan: test_plans.py")
class StepTests(TransactionTestCase):
    def steps(self, path):
        """Hundreds of steps that the database takes for a page."""
        reports = []
        connection.connection.set_progress_handler(lambda: reports.append(1), COUNTED)
        try:
            assert self.client.get(path).status_code == 200, path
        finally:
            connection.connection.set_progress_handler(None, 0)
        return len(reports) * COUNTED

    def all_steps(self):
        frame.forget_frame()
        for path in LISTS:  # what is asked once, of the first
            self.client.get(path)
        return {path: self.steps(path) for path in LISTS}

    def test_lists_of_the_desk_take_the_same_however_large_the_archive(self):
        chief = make_chief()
        self.client.force_login(chief)
        archive.make(0, FEW)
        Article.objects.update(saved_by=chief)
        few = self.all_steps()
        archive.make(FEW, MANY)
        Article.objects.update(saved_by=chief)
        many = self.all_steps()
        grown = {path: (few[path], many[path]) for path in LISTS if many[path] > MOST_GROWTH * few[path] + SLACK}
        assert not grown
        assert all(few.values())
