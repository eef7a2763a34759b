"""The client against a bank that does what banks do; the faults of what it sends are in test_refresh_faults."""

import time
from unittest import mock

from django.test import SimpleTestCase, override_settings

from tickers import fetch
from tickers.fetch import FetchError, Validators
from tickers.tests.stub_bank import bank, circle, fine, moved, nbkr, silent, status


class FetchTests(SimpleTestCase):
    def setUp(self):
        for name, value in {"PAUSE": 0.01, "READ": 0.3}.items():
            patch = mock.patch.object(fetch, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def test_answer_comes_with_what_the_next_asking_needs(self):
        seen = {"ETag": '"1"', "Last_Modified": "Mon, 08 Dec 2025 09:00:00 GMT"}
        with bank(lambda handler: handler.reply(nbkr(), **seen)) as server:
            answer = fetch.get(server.address + "/XML/daily.xml?x=1")
        assert (answer.body, answer.unchanged) == (nbkr(), False)
        assert answer.validators == Validators('"1"', "Mon, 08 Dec 2025 09:00:00 GMT")
        assert server.asked[0][0] == "/XML/daily.xml?x=1"

    def test_next_asking_is_conditional(self):
        validators = Validators('"1"', "Mon, 08 Dec 2025 09:00:00 GMT")
        with bank(lambda handler: handler.reply(b"", 304)) as server:
            answer = fetch.get(server.address, validators)
            assert (answer.unchanged, answer.validators) == (True, validators)
            with self.assertRaisesMessage(FetchError, "refused to answer (304)"):
                fetch.get(server.address)
        headers = server.asked[0][1]
        assert headers["If-None-Match"] == '"1"'
        assert headers["If-Modified-Since"] == "Mon, 08 Dec 2025 09:00:00 GMT"

    @override_settings(CONTACT="rates@paper.example")
    def test_it_says_who_asks(self):
        with bank() as server:
            fetch.get(server.address)
        assert "rates@paper.example" in server.asked[0][1]["User-Agent"]

    def test_error_is_tried_again_and_no_refusal_is(self):
        answers = [status(503), status(429), fine]
        with bank(lambda handler: answers.pop(0)(handler)) as server:
            assert fetch.get(server.address).body == nbkr()
            assert len(server.asked) == 3
            server.answer = status(403)
            with self.assertRaisesMessage(FetchError, "refused to answer (403)") as caught:
                fetch.get(server.address)
            assert caught.exception.status == 403
            assert len(server.asked) == 4

    def test_same_host_may_send_us_on_but_not_for_ever(self):
        def on(handler):
            moved("/there")(handler) if handler.path == "/here" else fine(handler)

        with bank(on) as server:
            assert fetch.get(server.address + "/here").body == nbkr()
            server.answer = circle
            server.asked.clear()
            with self.assertRaisesMessage(FetchError, "round in a circle"):
                fetch.get(server.address)
            assert len(server.asked) == 3

    def test_what_is_no_address_is_no_way_on(self):
        for address in ("http://127.0.0.1:99999999/", "http://[::1", "https://"):
            with self.subTest(address), bank(moved(address)) as server, self.assertRaises(FetchError):
                fetch.get(server.address)

    def test_only_https_leaves_this_machine(self):
        for address in ("http://www.nbkr.kg/XML/daily.xml", "ftp://127.0.0.1/", "file:///etc/passwd", "http://"):
            with self.subTest(address), self.assertRaisesMessage(FetchError, "is not asked without https"):
                fetch.get(address)

    def test_silence_ends_in_time(self):
        with bank(silent) as server:
            start = time.monotonic()
            with self.assertRaisesMessage(FetchError, "127.0.0.1"):
                fetch.get(server.address, whole=0.5)
            assert time.monotonic() - start < 2

    def test_who_cannot_prove_who_he_is_is_not_believed(self):
        with bank() as server, self.assertRaisesMessage(FetchError, "can't be reached"):
            fetch.get(server.address.replace("http:", "https:"))

    def test_bank_whose_name_leads_into_our_network_is_not_asked(self):
        with (
            mock.patch("socket.getaddrinfo", return_value=[(2, 1, 6, "", ("10.0.0.1", 0))]),
            self.assertRaisesMessage(FetchError, "www.nbkr.kg is not on the open internet, and is not asked."),
        ):
            fetch.get("https://www.nbkr.kg/")
