"""Parsing what banks write: XML and JSON, numbers with a comma or a point, dates. Errors are ValueError."""

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from tickers.providers.base import LARGEST, SMALLEST, Price

NUMBER = re.compile(r"[-+]?[0-9]+([.,][0-9]+)?", re.ASCII)
MOST_DIGITS = 30
SPACES = re.compile(r"[\s\u00a0\u202f]+")  # banks group thousands with them
PAGE = re.compile(rb"\s*<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
BOM = b"\xef\xbb\xbf"

Reader = Callable[[], Price]  # reads the price of a row when it is needed; raises ValueError
Row = tuple[str, Reader]  # the currency's code, and the reader of its price


def xml(answer: bytes) -> Element:
    """Return the root of an XML answer; entities and document types are refused."""
    data = _data(answer)
    try:
        return fromstring(data, forbid_dtd=True)
    except DefusedXmlException:
        raise ValueError(_("its answer holds a document type or entities, which no bank needs")) from None
    except (ParseError, LookupError, ValueError):  # an unknown charset, or bytes that do not belong to it
        raise ValueError(_("its answer is broken or cut off: it is no whole XML")) from None


def json_list(answer: bytes) -> list[Any]:
    """Return the list in a JSON answer; numbers stay as they are written."""
    data = _data(answer)
    try:
        rows = json.loads(data.decode(), parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        raise ValueError(_("its answer is broken or cut off: it is no whole JSON")) from None
    if not isinstance(rows, list):
        raise ValueError(_("its answer is no list of rates"))
    return rows


def _data(answer: bytes) -> bytes:
    data = answer.removeprefix(BOM).lstrip()
    if not data:
        raise ValueError(_("its answer is empty"))
    if PAGE.match(data):
        raise ValueError(_("it answered with a web page instead of rates"))
    return data


def exact_number(written: object) -> Decimal:
    """Return an exact number; raise ValueError for an invalid or impossible one."""
    plain = SPACES.sub("", str(written))
    if not NUMBER.fullmatch(plain) or len(plain) > MOST_DIGITS:
        raise ValueError(_("“%(text)s”, which is no number") % {"text": str(written)[:40]})
    value = Decimal(plain.replace(",", "."))
    if value and not SMALLEST <= abs(value) <= LARGEST:
        raise ValueError(_("%(text)s, a number that no price can be") % {"text": plain})
    return value


def price(nominal: object, amount: object) -> Price:
    """Return a row's price: the number of units, and the amount."""
    return Price(units(nominal), exact_number(amount))


def units(written: object) -> int:
    """Return a nominal: a whole number from one on."""
    nominal = exact_number(written)
    if nominal < 1 or nominal != int(nominal):
        raise ValueError(_("the nominal %(text)s, which is no count") % {"text": str(written)[:40]})
    return int(nominal)


def read_day(written: str | None, *forms: str) -> date:
    """Return a date written in one of ``forms`` (%d.%m.%Y)."""
    text = (written or "").strip()
    for form in forms:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a bank's day has no zone
        except ValueError:
            continue
    raise ValueError(_("its answer has no date that can be read (“%(text)s”)") % {"text": text[:40]})
