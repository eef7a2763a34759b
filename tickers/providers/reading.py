"""Reading what banks write: XML and JSON, numbers with a comma or a point, dates. ValueError says what is wrong."""

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

Reader = Callable[[], Price]  # reads the price of a row when it is wanted; ValueError says what is wrong with it
Row = tuple[str, Reader]  # of a currency's code


def xml(answer: bytes) -> Element:
    """The root of an XML answer; entities and document types are refused."""
    data = _data(answer)
    try:
        return fromstring(data, forbid_dtd=True)
    except DefusedXmlException:
        raise ValueError(_("its answer holds a document type or entities, which no bank needs")) from None
    except (ParseError, LookupError, ValueError):  # a charset that does not exist, bytes that are none of it
        raise ValueError(_("its answer is broken or cut off: it is no whole XML")) from None


def json_list(answer: bytes) -> list[Any]:
    """The list that a JSON answer is; numbers stay as they are written."""
    data = _data(answer)
    try:
        found = json.loads(data.decode(), parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        raise ValueError(_("its answer is broken or cut off: it is no whole JSON")) from None
    if not isinstance(found, list):
        raise ValueError(_("its answer is no list of rates"))
    return found


def _data(answer: bytes) -> bytes:
    data = answer.removeprefix(BOM).lstrip()
    if not data:
        raise ValueError(_("its answer is empty"))
    if PAGE.match(data):
        raise ValueError(_("it answered with a web page instead of rates"))
    return data


def exact_number(written: object) -> Decimal:
    """An exact number; ValueError for what is none, or is none that a price could be."""
    plain = SPACES.sub("", str(written))
    if not NUMBER.fullmatch(plain) or len(plain) > MOST_DIGITS:
        raise ValueError(_("“%(text)s”, which is no number") % {"text": str(written)[:40]})
    found = Decimal(plain.replace(",", "."))
    if found and not SMALLEST <= abs(found) <= LARGEST:
        raise ValueError(_("%(text)s, a number that no price can be") % {"text": plain})
    return found


def price(nominal: object, amount: object) -> Price:
    """A row's price: for how many units, and how much."""
    return Price(units(nominal), exact_number(amount))


def units(written: object) -> int:
    """A nominal: a whole number from one on."""
    found = exact_number(written)
    if found < 1 or found != int(found):
        raise ValueError(_("the nominal %(text)s, which is no count") % {"text": str(written)[:40]})
    return int(found)


def read_day(written: str | None, *forms: str) -> date:
    """A date written like one of ``forms`` (%d.%m.%Y)."""
    text = (written or "").strip()
    for form in forms:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a bank's day has no zone
        except ValueError:
            continue
    raise ValueError(_("its answer has no date that can be read (“%(text)s”)") % {"text": text[:40]})
