"""Asking other sites whether they answer: briefly, politely, and never anything inside our own network."""

import socket
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from ipaddress import ip_address
from unittest import mock

from django.core.management import call_command
from django.test import SimpleTestCase, TestCase, override_settings
from django.utils import timezone

from articles import outside, tasks
from articles.models import OutsideLink
from articles.outside import LinkAnswer, Trouble
from articles.tests.factories import make_article, make_chief
from articles.tests.test_admin_article import DeskTestCase
from ground.http import Client
from ground.internet import is_open

INSIDE = (
    "127.0.0.1 127.8.9.1 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 240.0.0.1 "
    "255.255.255.255 192.0.2.1 198.18.0.1 ::1 :: fe80::1 fc00::1 fec0::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 "
    "::127.0.0.1 64:ff9b::7f00:1 2002:7f00:1:: 2001:0:7f00:1:: 2001:db8::1"
).split()


class Site(BaseHTTPRequestHandler):
    """Another site: what it answers stands in the address."""

    def do_HEAD(self):
        self.server.asked.append((self.command, self.path, dict(self.headers)))
        self.answer()

    do_GET = do_HEAD

    def answer(self):
        what, _slash, more = self.path.lstrip("/").partition("/")
        if what == "slow":
            time.sleep(3)
        if what == "drops":
            self.drip()
            return
        if what == "headless":  # answers a GET alone
            what = "405" if self.command == "HEAD" else "200"
        self.send_response(302 if what == "to" else int(what) if what.isdecimal() else 200)
        if what == "to":
            self.send_header("Location", more)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(b"x" * 100_000)

    def drip(self):
        try:
            for letter in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 10_000:
                self.wfile.write(bytes([letter]))
                time.sleep(0.05)
        except OSError:
            pass

    def log_message(self, *args):
        pass


@contextmanager
def site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.asked, server.daemon_threads = [], True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class AskTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        running = site()
        cls.server = running.__enter__()
        cls.addClassCleanup(running.__exit__, None, None, None)

    def setUp(self):
        self.server.asked.clear()

    def way(self, **more):
        """Out to the site of this test alone, whatever it is called."""
        names = {"site.example": ["127.0.0.1"], "inside.example": ["127.0.0.2"], "10.0.0.1": ["10.0.0.1"]}
        fields = {
            "look_up": lambda host: names.get(host, [host]),
            "is_open": lambda address: str(address) == "127.0.0.1",
            "ports": {"http": self.server.server_port, "https": 443},
        }
        return Client(redirects=outside.MOST_REDIRECTS, **fields | more)

    def ask(self, path, **more):
        return outside.ask(f"http://site.example/{path}", self.way(**more))

    def test_page_that_is_there_answers_to_a_short_question(self):
        assert self.ask("200?a=1#part") == LinkAnswer(200, "")
        ((method, path, headers),) = self.server.asked
        assert (method, path) == ("HEAD", "/200?a=1")
        assert headers["Host"].startswith("site.example")
        assert "newsroom/1.0" in headers["User-Agent"]
        assert "Cookie" not in headers

    def test_site_that_answers_no_short_question_is_asked_for_the_page_which_is_not_read(self):
        assert self.ask("headless") == LinkAnswer(200, "")
        assert [method for method, *_rest in self.server.asked] == ["HEAD", "GET"]

    def test_page_that_is_gone(self):
        assert self.ask("404") == LinkAnswer(404, Trouble.GONE)
        assert self.ask("410") == LinkAnswer(410, Trouble.GONE)

    def test_site_that_does_not_want_us_is_not_gone(self):
        for status in (401, 403, 429, 500, 503):
            assert self.ask(f"{status}") == LinkAnswer(status, Trouble.UNWILLING)
        assert [method for method, path, _headers in self.server.asked if path == "/429"] == ["HEAD"]

    def test_redirects_are_followed_three_times(self):
        assert self.ask("to//200") == LinkAnswer(200, "")
        assert self.ask("to//to//404").trouble == Trouble.GONE
        assert self.ask("to//to//to//to//200").trouble == Trouble.LOOP

    def test_silent_site_costs_no_longer_than_the_deadline(self):
        for path in ("slow", "drops"):
            start = time.monotonic()
            assert self.ask(path, whole=0.6) == LinkAnswer(None, Trouble.SILENT)
            assert time.monotonic() - start < 2.5

    def test_nobody_at_the_door(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        assert outside.ask("http://site.example/", self.way(ports={"http": port})).trouble == Trouble.SILENT

    def test_host_that_does_not_exist_is_told_from_a_look_up_that_failed(self):
        for number, trouble in ((socket.EAI_NONAME, Trouble.NO_HOST), (socket.EAI_AGAIN, Trouble.SILENT)):
            failing = mock.Mock(side_effect=socket.gaierror(number, "no"))
            assert self.ask("", look_up=failing).trouble == trouble

    def test_what_is_no_address_is_refused(self):
        for address in (
            "ftp://site.example/",
            "http://",
            "http:///x",
            "http://[half",
            "https://site.example:x/",
            "x",
            "http://site..example/",
            f"http://{'a' * 70}.example/",
            "file:///etc/passwd",
            "javascript:1",
        ):
            with self.subTest(address):
                assert outside.ask(address, self.way()).trouble == Trouble.BROKEN
        assert self.server.asked == []

    def test_other_ports_are_not_asked(self):
        assert outside.ask("http://site.example:22/", self.way()).trouble == Trouble.PORT
        assert self.server.asked == []

    def test_name_and_password_are_not_sent(self):
        assert outside.ask("http://me:secret@site.example/200", self.way()).status == 200
        assert "Authorization" not in self.server.asked[0][2]

    def test_letters_of_every_alphabet_are_spelled_as_addresses_do(self):
        names = mock.Mock(return_value=["127.0.0.1"])
        outside.ask("http://пример.example/страница 1?q=ö", self.way(look_up=names))
        names.assert_called_once_with("xn--e1afmkfd.example")
        assert self.server.asked[0][1] == "/%D1%81%D1%82%D1%80%D0%B0%D0%BD%D0%B8%D1%86%D0%B0%201?q=%C3%B6"

    def test_line_breaks_smuggle_no_header(self):
        outside.ask("http://site.example/200\r\nX-Evil: 1", self.way())
        assert all("X-Evil" not in headers for _method, _path, headers in self.server.asked)

    def test_addresses_inside_are_never_asked(self):
        assert [text for text in INSIDE if is_open(ip_address(text))] == []
        for text in ("8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"):
            assert is_open(ip_address(text))

    def test_our_own_server_is_not_asked_by_number_or_name(self):
        port = self.server.server_port
        for host in (
            "127.0.0.1",
            "localhost",
            "[::1]",
            "10.0.0.1",
            "169.254.169.254",
            "2130706433",
            "0x7f.1",
            "[::ffff:127.0.0.1]",
        ):
            with self.subTest(host):
                answer = outside.ask(f"http://{host}/200", Client(ports={"http": port}))
                assert answer.trouble in {Trouble.INSIDE, Trouble.NO_HOST}
        assert self.server.asked == []

    def test_host_with_one_address_inside_is_not_asked_at_all(self):
        assert self.ask("200", look_up=lambda host: ["127.0.0.1", "10.0.0.1"]).trouble == Trouble.INSIDE
        assert self.server.asked == []

    def test_name_that_points_elsewhere_a_moment_later_changes_nothing(self):
        answers = mock.Mock(side_effect=[["127.0.0.1"], ["10.0.0.1"]])
        with mock.patch("socket.getaddrinfo", wraps=socket.getaddrinfo) as system:
            assert self.ask("200", look_up=answers).status == 200
        assert answers.call_count == 1
        assert {call.args[0] for call in system.call_args_list} <= {"127.0.0.1"}

    def test_redirect_to_an_address_inside_is_not_followed(self):
        for target in ("http://inside.example/", "http://10.0.0.1/", "//inside.example/x", "http://site.example:22/"):
            with self.subTest(target):
                assert self.ask(f"to/{target}").trouble in {Trouble.INSIDE, Trouble.PORT}

    def test_redirect_to_another_scheme_is_not_followed(self):
        assert self.ask("to/file:///etc/passwd").trouble == Trouble.BROKEN


@override_settings(ASK_OUTSIDE_LINKS=True)
class TaskTests(DeskTestCase):
    def setUp(self):
        self.log_in(make_chief())
        patcher = mock.patch("articles.outside.ask", return_value=LinkAnswer(404, Trouble.GONE))
        self.asking = patcher.start()
        self.addCleanup(patcher.stop)
        self.article = make_article()

    def save(self, *hrefs):
        self.article.refresh_from_db()
        body = "".join(f'<p><a href="{href}">x</a></p>' for href in hrefs)
        with self.captureOnCommitCallbacks(execute=True):
            return self.send(self.article, body=body, _continue="1")

    def asked(self):
        return [call.args[0] for call in self.asking.call_args_list]

    def test_links_to_other_sites_are_asked_after_the_save(self):
        self.save("https://example.com/a", "https://example.com/a#part", "/latest/", "mailto:a@example.com")
        assert self.asked() == ["https://example.com/a"]
        link = OutsideLink.objects.get()
        assert (link.status, link.problem) == (404, "gone")
        self.assertContains(self.page(self.article), "The page “https://example.com/a” is gone")

    def test_save_does_not_wait_for_it(self):
        with self.captureOnCommitCallbacks() as later:
            self.send(self.article, body='<p><a href="https://example.com/">x</a></p>', _continue="1")
        assert self.asked() == []
        assert later

    def test_answer_is_believed_for_a_day(self):
        self.save("https://example.com/a")
        self.save("https://example.com/a", "https://example.com/b")
        assert self.asked() == ["https://example.com/a", "https://example.com/b"]
        OutsideLink.objects.update(checked_at=timezone.now() - timedelta(days=1, minutes=1))
        self.save("https://example.com/a")
        assert self.asked()[2:] == ["https://example.com/a"]

    def test_article_asks_for_fifty_at_most(self):
        self.save(*(f"https://example.com/{number}" for number in range(60)))
        assert len(self.asked()) == 50

    def test_paper_without_a_way_out_asks_nothing(self):
        with override_settings(ASK_OUTSIDE_LINKS=False):
            self.save("https://example.com/a")
        assert not OutsideLink.objects.exists()

    def test_asking_twice_at_once_asks_once(self):
        self.save("https://example.com/a")
        tasks.ask_outside.call(list(OutsideLink.objects.values_list("pk", flat=True)))
        assert len(self.asked()) == 1


class CommandTests(TestCase):
    def run_command(self, *args):
        out = StringIO()
        with mock.patch("articles.outside.ask", return_value=LinkAnswer(404, Trouble.GONE)):
            call_command("check_links", *args, stdout=out)
        return out.getvalue()

    def link(self, **fields):
        number = OutsideLink.objects.count()
        return OutsideLink.objects.create(sha256=f"{number}", address=f"https://example.com/{number}", **fields)

    def test_asks_those_not_asked_for_a_day_and_says_what_they_answer(self):
        self.link(checked_at=timezone.now())
        lacking = self.link()
        assert self.run_command() == "gone: https://example.com/1\n1 asked.\n"
        lacking.refresh_from_db()
        assert lacking.problem == "gone"

    def test_asks_as_many_as_it_is_told(self):
        self.link(), self.link()
        assert self.run_command("--limit", "1").endswith("1 asked.\n")

    def test_address_given_by_hand_is_asked_and_not_kept(self):
        assert self.run_command("https://example.com/") == "gone: https://example.com/\n"
        assert not OutsideLink.objects.exists()

    def test_links_that_no_article_wanted_for_a_year_are_forgotten(self):
        self.link(wanted_at=timezone.now() - timedelta(days=366))
        self.run_command()
        assert not OutsideLink.objects.exists()
