"""Many saves of one article at once, by real HTTP: exactly one wins, the others are told, and no text is lost."""

import http.client
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections
from django.middleware.csrf import _get_new_csrf_string
from django.test import LiveServerTestCase, override_settings

from articles.desk import roles
from articles.models import Article, Autosave, Revision
from articles.tests.factories import make_article, make_user
from articles.tests.test_admin_article import change_address, typed

PAIRS = 25
GROUPS = 5
TOGETHER = 10


def log_in(user):
    """The cookie of a session of ``user``."""
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key


@pytest.mark.long
@override_settings(LOGGING_CONFIG=None)
class RaceTests(LiveServerTestCase):
    """Each person has a connection of their own, and all send at the same moment."""

    def setUp(self):
        self.people = [make_user(roles.CHIEF_EDITOR, username=f"person-{number}") for number in range(TOGETHER)]
        self.token = _get_new_csrf_string()
        self.cookies = [f"sessionid={log_in(user)}; csrftoken={self.token}" for user in self.people]
        self.host = urlsplit(self.live_server_url).netloc

    def send(self, number, barrier, path, data):
        """One person's save: status and page."""
        connection = http.client.HTTPConnection(self.host, timeout=60)
        body = urlencode(data | {"csrfmiddlewaretoken": self.token, "_continue": "1"}, doseq=True)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self.cookies[number]}
        barrier.wait(timeout=60)
        try:
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def race(self, people):
        """Many save one article at once; the pages of those who did not win."""
        article = make_article(headline="As loaded")
        path, loaded, barrier = change_address(article), typed(article), Barrier(people)
        headlines = [f"Headline of person {number}" for number in range(people)]
        with ThreadPoolExecutor(people) as pool:
            sent = [
                pool.submit(self.send, number, barrier, path, loaded | {"headline": headline})
                for number, headline in enumerate(headlines)
            ]
            answers = [one.result() for one in sent]
        won = [number for number, (status, _page) in enumerate(answers) if status == 302]
        assert len(won) == 1, [status for status, _page in answers]
        self.check(article, headlines, won[0], answers)

    def check(self, article, headlines, won, answers):
        article.refresh_from_db()
        assert (article.headline, article.version) == (headlines[won], 1)
        saved = (
            Revision.objects.filter(article=article).order_by("version").values_list("snapshot__headline", flat=True)
        )
        assert list(saved) == ["As loaded", headlines[won]]
        kept = Autosave.objects.open().filter(article=article).values_list("user__username", "fields__headline")
        lost = [number for number in range(len(headlines)) if number != won]
        assert dict(kept) == {f"person-{number}": [headlines[number]] for number in lost}
        for number in lost:
            status, page = answers[number]
            assert status == 200
            assert "Two texts of one article" in page
            assert f"{headlines[number]}</textarea>" in page

    def tearDown(self):
        for connection in connections.all():
            connection.close_if_unusable_or_obsolete()

    def test_of_two_saves_at_once_one_wins_and_the_other_is_told(self):
        for _ in range(PAIRS):
            self.race(2)
        assert Article.objects.count() == PAIRS

    def test_of_ten_saves_at_once_one_wins_and_nine_are_told(self):
        for _ in range(GROUPS):
            self.race(TOGETHER)
        assert Article.objects.count() == GROUPS
