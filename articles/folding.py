"""Folding words and names for comparison, in both searches and where a name may exist only once."""

import re
import unicodedata

from django.db.models import Q

from ground.characters import visible

LONGEST_KEY = 200  # characters of a folded name

# Uzbek's letters o‘ and g‘ are typed with many different marks, and so is the English ’s.
MARKS = "ʻʼ'’‘`´′‛＇"
STRESS = re.compile("[\u0300-\u036f]")  # combining marks that were not composed with a letter
DASHES = re.compile("[\u2010-\u2015\u2212]")
ABOVE, BELOW = "⁰¹²³⁴⁵⁶⁷⁸⁹", "₀₁₂₃₄₅₆₇₈₉"  # a search for CO2 finds CO₂
DIGITS = {sign: str(number) for signs in (ABOVE, BELOW) for number, sign in enumerate(signs)}


class _Folding(dict):
    """Lower-case letters without the marks that readers omit: Ё is е, Ü is u, but Й is й. One for one.

    Every kind of apostrophe becomes the same.
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
    """Return ``text`` as it is compared, of the same length, so that positions in both correspond."""
    return text.translate(_folding)


def key(name: str) -> str:
    """Return ``name`` as it is compared: equal for names that look alike, and empty for an invisible one.

    Beyond ``fold``, ligatures and ß become their letters, all dashes become one, and invisible characters are removed.
    """
    plain = unicodedata.normalize("NFKC", visible(name))
    plain = unicodedata.normalize("NFKC", visible(plain.casefold()))
    return " ".join(fold(DASHES.sub("-", STRESS.sub("", plain))).split())[:LONGEST_KEY]


def same(field: str, text: str) -> Q:
    """Return a filter: ``field`` is ``text``, regardless of capitals. On SQLite ``__iexact`` knows only ASCII's."""
    return Q(**{f"{field}__regex": rf"^{_in_any_case(text)}\Z"})


def begins(field: str, text: str) -> Q:
    """Return a filter: ``field`` begins with ``text``, regardless of capitals."""
    return Q(**{f"{field}__regex": f"^{_in_any_case(text)}"})


def _in_any_case(text: str) -> str:
    """Return a regular expression for both databases that matches ``text`` regardless of capitals."""
    return "".join(map(_letter_in_any_case, text))


def _letter_in_any_case(letter: str) -> str:
    forms = {form for form in (letter, letter.lower(), letter.upper()) if len(form) == 1}
    if len(forms) > 1:
        return f"[{''.join(sorted(forms))}]"
    return f"\\{letter}" if letter.isascii() and not letter.isalnum() and letter != "_" else letter
