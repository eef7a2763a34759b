"""How words and names are compared: by readers' search, the desk's, and where a name may exist once only."""

import re
import unicodedata

from django.db.models import Q

from ground.characters import visible

LONGEST_KEY = 200  # characters of a folded name

# Uzbek's letters o‘ and g‘ are typed with many marks, as the English ’s is.
MARKS = "ʻʼ'’‘`´′‛＇"
STRESS = re.compile("[\u0300-\u036f]")  # marks that no letter was composed with
DASHES = re.compile("[\u2010-\u2015\u2212]")
ABOVE, BELOW = "⁰¹²³⁴⁵⁶⁷⁸⁹", "₀₁₂₃₄₅₆₇₈₉"  # who looks for CO2 finds CO₂
DIGITS = {sign: str(number) for signs in (ABOVE, BELOW) for number, sign in enumerate(signs)}


class _Folding(dict):
    """Lower-case letters without the marks that readers leave out: Ё is е, Ü is u, but Й is й. One for one.

    What stands for an apostrophe is one.
    """

    def __missing__(self, code):
        if chr(code) in MARKS:
            self[code] = "'"
            return self[code]
        if chr(code) in DIGITS:
            self[code] = DIGITS[chr(code)]
            return self[code]
        letter = chr(code).lower()[0]
        base = unicodedata.normalize("NFD", letter)[0]
        self[code] = base if base.isascii() else "е" if letter == "ё" else letter
        return self[code]


_folding = _Folding()


def fold(text: str) -> str:
    """``text`` as it is compared: as long as before, so that a place in one is the same place in the other."""
    return text.translate(_folding)


def key(name: str) -> str:
    """``name`` as it is compared with others: alike for all that look alike, and empty for what shows nothing.

    Beyond what ``fold`` does, letters written as two are one (ß, ﬁ), all dashes are one, and what hides is gone.
    """
    plain = unicodedata.normalize("NFKC", visible(name))
    plain = unicodedata.normalize("NFKC", visible(plain.casefold()))
    return " ".join(fold(DASHES.sub("-", STRESS.sub("", plain))).split())[:LONGEST_KEY]


def same(field: str, text: str) -> Q:
    """A filter: ``field`` is ``text``, in capitals or not. ``__iexact`` knows the capitals of ASCII alone on SQLite."""
    return Q(**{f"{field}__regex": rf"^{_in_any_case(text)}\Z"})


def begins(field: str, text: str) -> Q:
    """A filter: ``field`` begins with ``text``, in capitals or not."""
    return Q(**{f"{field}__regex": f"^{_in_any_case(text)}"})


def _in_any_case(text: str) -> str:
    """A regular expression of both databases for ``text`` in capitals, in small letters or mixed."""
    return "".join(map(_letter_in_any_case, text))


def _letter_in_any_case(letter: str) -> str:
    forms = {form for form in (letter, letter.lower(), letter.upper()) if len(form) == 1}
    if len(forms) > 1:
        return f"[{''.join(sorted(forms))}]"
    return f"\\{letter}" if letter.isascii() and not letter.isalnum() and letter != "_" else letter
