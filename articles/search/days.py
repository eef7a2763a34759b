"""Days and months in a search: 8 December, 2025-12-08, 8 декабря 2025 года, 8-dekabr, December 2025."""

import re
from datetime import date

from articles.search.query import MOST_LETTERS
from articles.search.row import words

# Folded as by fold(), in English, Russian, Kyrgyz, Kazakh, Uzbek, Turkmen, Azerbaijani and Tajik.
MONTHS = [
    re.compile(pattern)
    for pattern in (
        r"jan(uary)?|янв(ар\w{0,4})?|yan[vw]ar\w{0,4}|қаңтар\w{0,4}",
        r"feb(ruary)?|фев(рал\w{0,4})?|fe[vw]ral\w{0,4}|ақпан\w{0,4}",
        r"mar(ch)?|март\w{0,4}|mart\w{0,4}|наурыз\w{0,4}",
        r"apr(il)?|апр(ел\w{0,4})?|aprel\w{0,4}|сәуір\w{0,4}",
        r"may(da|yn)?|ма[йяи]|май(да|дын)|мамыр\w{0,4}",
        r"june?|июн\w{0,4}|iyun\w{0,4}|маусым\w{0,4}",
        r"july?|июл\w{0,4}|iyul\w{0,4}|шілде\w{0,4}",
        r"aug(ust)?|авг(уст\w{0,4})?|a[vw]gust\w{0,4}|тамыз\w{0,4}",
        r"sept?(ember)?|сент?(ябр\w{0,4})?|sent[iy]?[ay]+br\w{0,4}|қыркүйек\w{0,4}",
        r"oct(ober)?|окт(ябр\w{0,4})?|okt[iy]?[ay]+br\w{0,4}|қазан\w{0,4}",
        r"nov(ember)?|ноя(бр\w{0,4})?|no[iy]?[ay]+br\w{0,4}|қараша\w{0,4}",
        r"dec(ember)?|дек(абр\w{0,4})?|dekabr\w{0,4}|желтоқсан\w{0,4}",
    )
]
ORDINAL = re.compile(r"(\d{1,2})(st|nd|rd|th|е|го)?", re.ASCII)
YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)
BESIDE = {"of", "the", "on", "г", "года", "год", "жыл", "жылы", "жылдын", "йил", "yil", "yilgi", "соли", "il", "yyl"}


def day_in(query: str, today: date) -> date | None:
    """Return the day that ``query`` names, if it is nothing else; without a year, the last such day until ``today``."""
    parts = [word for word in words(query[:MOST_LETTERS]) if word not in BESIDE]
    if len(parts) == 3 and YEAR.fullmatch(parts[0]):  # 2025-12-08
        parts.reverse()
    if len(parts) not in {2, 3}:
        return None
    day, month, *year = parts if ORDINAL.fullmatch(parts[0]) else [parts[1], parts[0], *parts[2:]]
    match = ORDINAL.fullmatch(day)
    number = _month(month) if year or not month.isdecimal() else None  # 8.12 may be any number
    if not match or not number or (year and not YEAR.fullmatch(year[0])):
        return None
    years = [int(year[0])] if year else range(today.year, today.year - 9, -1)  # 29 February, too
    days = (_day(candidate_year, number, int(match[1])) for candidate_year in years)
    return next((candidate for candidate in days if candidate and (year or candidate <= today)), None)


def month_in(query: str) -> date | None:
    """Return the first day of the month that ``query`` names with its year, if it names nothing else: December 2025."""
    parts = [word for word in words(query[:MOST_LETTERS]) if word not in BESIDE]
    if len(parts) == 2 and YEAR.fullmatch(parts[0]):
        parts.reverse()
    if len(parts) != 2 or not YEAR.fullmatch(parts[1]):
        return None
    number = _month(parts[0])
    return date(int(parts[1]), number, 1) if number else None


def _month(word: str) -> int | None:
    if word.isascii() and word.isdecimal():
        return int(word) if len(word) < 3 and 1 <= int(word) <= 12 else None
    return next((number for number, month in enumerate(MONTHS, start=1) if month.fullmatch(word)), None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
