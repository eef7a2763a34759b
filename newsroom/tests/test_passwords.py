"""What no password may be: common ones in disguise, words of the paper, those of breaches; and what is told to whom."""

from hashlib import sha1
from unittest import mock

from django.contrib.auth.password_validation import get_default_password_validators, validate_password
from django.core.exceptions import ValidationError
from django.test import Client, TestCase, override_settings

from articles.desk import roles
from articles.desk.people import links, passwords
from articles.models import SiteSettings
from articles.tests.factories import make_section, make_user
from ground.http import Failure, Reason, Response

SOUND = ["a quiet river below", "жайлоо көлү тоо", "Tr0ub4dor&3 of 1987", "kaktus and a horse staple", "x7x7x7x7x7x7z9"]
ASKED = override_settings(CHECK_PASSWORDS=True)


def refused(password, user=None):
    """The code of each reason for which a password is refused."""
    try:
        validate_password(password, user)
    except ValidationError as refusal:
        return {error.code for error in refusal.error_list}
    return set()


class WordTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        paper = SiteSettings.current()
        paper.name = "Kaktus Daily"
        paper.save()
        make_section(name="Kyrgyzstan", slug="kyrgyzstan")

    def test_sound_ones_are_taken(self):
        for password in SOUND:
            assert refused(password) == set(), password

    def test_common_ones_are_refused_in_each_disguise(self):
        words = sorted(passwords.CommonInDisguise().passwords)
        letters = [word for word in words if word.isalpha() and len(word) > 2]
        assert len(letters) > 3000
        for word in letters[:: len(letters) // 40]:
            for disguise in (f"{word}2026!2026", f"..{word.upper()}-1234567", f"{word}{word}", f"12345678{word}"):
                if len(disguise) >= 10:
                    assert "password_too_common" in refused(disguise), disguise
        assert "password_too_common" in refused("1qaz2wsx3edc")  # as it stands in the list

    @override_settings(ALLOWED_HOSTS=["news.example-paper.kg"])
    def test_words_of_the_paper_are_refused_unless_there_is_much_besides(self):
        for password in (
            "kaktus-2026!",
            "KaktusDaily2026",
            "1kyrgyzstan1",
            "examplepaper",
            "Newsroom-12",
            "paperpaperpaper",
        ):
            assert "password_of_the_paper" in refused(password), password
        for password in ("kaktus grows in the rain", "a newsroom full of horses"):
            assert refused(password) == set(), password

    def test_person_is_told_in_words_and_every_page_says_the_rules(self):
        _link, place = links.make_link(make_user(roles.REPORTER), by=None)
        client = Client()
        self.assertContains(client.get(place, follow=True), "name of the paper")
        text = client.post(place, dict.fromkeys(("new_password1", "new_password2"), "kaktus-2026!")).text
        assert "little more than “kaktus”, which is tried first by whoever guesses" in text

    def test_each_rule_says_what_it_wants(self):
        for rule in get_default_password_validators():
            assert rule.get_help_text()


@ASKED
class BreachTests(TestCase):
    def answered(self, text="", status=200, failure=None):
        """Have the list of breaches answer so."""
        answer = Response("", status, {}, text.encode())
        how = {"side_effect": failure} if failure else {"return_value": answer}
        return mock.patch.object(passwords, "CLIENT", **{f"request.{name}": value for name, value in how.items()})

    def line(self, password, count=7):
        return f"{sha1(password.encode(), usedforsecurity=False).hexdigest().upper()[5:]}:{count}\r\n"

    def test_known_one_is_refused_and_only_the_beginning_of_its_digest_is_told(self):
        other = f"{'0' * 35}:3\r\n"
        with self.answered(other + self.line(SOUND[0]) + other) as client:
            assert refused(SOUND[0]) == {"password_breached"}
        (method, address), sent = client.request.call_args
        assert (method, address) == (
            "GET",
            f"https://api.pwnedpasswords.com/range/{sha1(SOUND[0].encode()).hexdigest()[:5].upper()}",
        )
        assert sent["headers"]["Add-Padding"] == "true"
        assert SOUND[0] not in str(client.mock_calls)

    def test_unknown_one_and_what_only_fills_the_answer_up_is_taken(self):
        for text in ("", self.line("another"), self.line(SOUND[0], 0), "nonsense"):
            with self.answered(text):
                assert refused(SOUND[0]) == set()

    def test_one_is_taken_where_nobody_answers_and_the_log_says_so_without_it(self):
        for how in ({"failure": Failure(Reason.SILENT, "host")}, {"status": 503}):
            with self.answered(**how), self.assertLogs("articles.desk.people.passwords", "WARNING") as logs:
                assert refused(SOUND[0]) == set()
            assert SOUND[0] not in logs.output[0]

    @override_settings(CHECK_PASSWORDS=False)
    def test_nobody_is_asked_where_the_setting_says_no(self):
        with self.answered(self.line(SOUND[0])) as client:
            assert refused(SOUND[0]) == set()
        assert not client.mock_calls
