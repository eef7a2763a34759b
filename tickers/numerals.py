"""Numbers as pages write them in the reader's language, and as the converter reads them."""

import re
from decimal import ROUND_HALF_UP, Context, Decimal

from django.utils.formats import get_format, number_format

MINUS = "\N{MINUS SIGN}"
GROUPED = 10_000  # from here on thousands are grouped, and decimals are left out
WIDE = Context(prec=80)  # enough for any number of a row
COMPUTED = 12  # significant digits of a turned value: of 15 stored, so that a bank's own number is restored exactly

APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼʻ`´", "'"))
GROUPS = re.compile(
    r"(?P<whole>[1-9]\d{0,2}(?:(?P<sign>[ ,.'])\d{3})(?:(?P=sign)\d{3})*)(?:(?!(?P=sign))[,.](?P<rest>\d*))?"
)
DECIMALS = re.compile(r"(?P<whole>\d*)(?:[,.](?P<rest>\d*))?")


def rounded(value: Decimal, places: int) -> str:
    """Return the number with ``places`` decimals, for machines."""
    return f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, WIDE):f}"


def written_number(value: Decimal, places: int, *, grouped: bool = False) -> str:
    """Return the number with ``places`` decimals and the language's decimal sign; ``grouped`` separates thousands."""
    return number_format(rounded(value, places), places, force_grouping=grouped)


def small(value: Decimal, digits: int | None) -> str:
    """Return a value below one with at least five decimals and three significant digits, or ``digits`` decimals."""
    return written_number(value, max(5, _places(value, 3)) if digits is None else digits)


def small_in_full(value: Decimal, digits: int | None) -> str:
    """Return such a value with up to six significant digits, so that a small change shows."""
    if digits is not None:
        return written_number(value, digits)
    most, least = max(5, _places(value, 6)), max(5, _places(value, 3))
    while most > least and rounded(value, most).endswith("0"):
        most -= 1
    return written_number(value, most)


def large(value: Decimal, digits: int | None) -> str:
    """Return a value of many units: 87.41, 9.345, 12,019; one below one has three significant digits."""
    if digits is None:
        digits = 0 if value >= GROUPED else max(2, _places(value, 4 if value >= 1 else 3))
    return written_number(value, digits, grouped=value >= GROUPED)


def percent(change: Decimal) -> str:
    """Return the size of a change with two decimals, or with the one digit that distinguishes it from zero."""
    size = abs(change)
    is_lost = size and not Decimal(rounded(size, 2))
    return written_number(size, -size.adjusted() if is_lost else 2)


def money(value: Decimal) -> str:
    """Return a sum with two decimals, or four significant digits if it is small; thousands are grouped."""
    return written_number(value, 2 if value >= 1 or not value else 3 - value.adjusted(), grouped=True)


def machine_number(value: Decimal, *, is_computed: bool = False) -> str:
    """Return the number for machines: whole, or if it ``is_computed`` with the digits that are certain."""
    value = Context(prec=COMPUTED).plus(value) if is_computed else value
    return f"{value.normalize(WIDE):f}"


def readings(text: str) -> list[Decimal]:
    """Return the numbers that ``text`` may mean, the larger first; none if it is not a number.

    Thousands may be separated by a space of any kind, comma, point or apostrophe; decimals follow a comma or a point. A
    number in the form of this language's pages has only that meaning: 12,019 and 9.342 in English.
    """
    text = " ".join(text.translate(APOSTROPHES).split())
    numbers = []
    if match := GROUPS.fullmatch(text):
        numbers.append(_number(re.sub(r"\D", "", match["whole"]), match["rest"]))
    if (match := DECIMALS.fullmatch(text)) and (match["whole"] or match["rest"]):
        numbers.append(_number(match["whole"], match["rest"]))
    return numbers if len(numbers) < 2 else _as_pages_write(text, *numbers)


def _as_pages_write(text: str, whole: Decimal, fraction: Decimal) -> list[Decimal]:
    """Return the reading of 12,019 in the form of this language's pages; else both."""
    if get_format("DECIMAL_SEPARATOR") in text:
        return [fraction]
    return [whole] if whole >= GROUPED and text == written_number(whole, 0, grouped=True) else [whole, fraction]


def _number(whole: str, decimals: str | None) -> Decimal:
    return Decimal(f"{whole or 0}.{decimals or 0}")


def _places(value: Decimal, significant: int) -> int:
    """Return how many decimals show that many significant digits."""
    return significant - 1 - value.adjusted()
