"""What no password may be: a common one in disguise, words of the paper, one that is known from a breach.

Django's validators ask for the length and compare with the person's own names.
"""

import logging
import re
from hashlib import sha1

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from articles.models import Section, SiteSettings
from ground.http import Client, Failure

logger = logging.getLogger(__name__)
BREACHES = "https://api.pwnedpasswords.com/range/"  # answers with digests that begin as the one that is asked for
BEGINNING = 5  # letters of the digest that it is told: some hundred passwords begin so
CLIENT = Client(connect=2, silence=2, whole=4, most_bytes=500_000, elsewhere=False)
LETTER = re.compile(r"[^\W\d_]")
SEPARATORS = re.compile(r"[\W_]+")
LEAST_WORD = 4  # letters: shorter words are in many others
LEAST_REST = 8  # letters and digits that a password has besides a word of the paper


class CommonInDisguise(CommonPasswordValidator):
    """Django's 20,000 common passwords, which it also knows with digits and signs around them, or twice."""

    def validate(self, password, user=None):
        letters = [match.start() for match in LETTER.finditer(password)]
        core = password[letters[0] : letters[-1] + 1] if letters else ""
        half = core[: len(core) // 2]
        for disguised in {password, core, half if half * 2 == core else core}:
            super().validate(disguised, user)


class NoWordOfThePaper:
    """Refuses what is little more than a word that whoever guesses would try first."""

    def validate(self, password, user=None):
        plain = SEPARATORS.sub("", password.casefold())
        for word in words_of_paper():
            if word in plain and len(plain.replace(word, "")) < LEAST_REST:
                raise ValidationError(
                    _("It is little more than “%(word)s”, which is tried first by whoever guesses."),
                    code="password_of_the_paper",
                    params={"word": word},
                )

    def get_help_text(self):
        return _("Your password can’t be little more than the name of the paper, of its address or of a section.")


class NotInBreach:
    """Refuses what Have I Been Pwned has in its lists, if settings.CHECK_PASSWORDS says that it may be asked."""

    def validate(self, password, user=None):
        if settings.CHECK_PASSWORDS and is_breached(password):
            raise ValidationError(
                _("It was stolen from another site and stands in public lists. Choose one that you use nowhere else."),
                code="password_breached",
            )

    def get_help_text(self):
        return _("Your password can’t be one that was stolen somewhere and became public.")


def words_of_paper() -> list[str]:
    """Return the paper's own words, in small letters, the longest first: its name, hosts, sections and places."""
    names = ["newsroom", SiteSettings.current().name, *settings.ALLOWED_HOSTS]
    names += [word for row in Section.objects.values_list("name", "slug") for word in row]
    parts = {part for name in names for part in re.split(SEPARATORS, name.casefold())}
    whole = {SEPARATORS.sub("", name.casefold()) for name in names}
    return sorted((word for word in parts | whole if len(word) >= LEAST_WORD), key=lambda word: (-len(word), word))


def is_breached(password: str) -> bool:
    """Return whether ``password`` is in a public list; False if nobody answers, which the log says.

    Only the first letters of its digest leave the server, and the answer is filled up, so that its size tells nothing.
    """
    digest = sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
    headers = {"User-Agent": "newsroom/1.0 (a newspaper's desk)", "Add-Padding": "true"}
    try:
        answer = CLIENT.request("GET", BREACHES + digest[:BEGINNING], headers=headers)
    except Failure as failure:
        logger.warning("A password was taken that nobody compared with those of breaches: %s.", failure)
        return False
    if answer.status != 200:
        logger.warning("A password was taken that nobody compared with those of breaches: status %s.", answer.status)
        return False
    counts = dict(
        line.strip().split(":", 1) for line in answer.body.decode("ascii", "replace").splitlines() if ":" in line
    )
    return counts.get(digest[BEGINNING:], "0") != "0"
