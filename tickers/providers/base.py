"""What every source of rates is: bytes in, quotes out; no provider asks a network or a database."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.utils.functional import Promise


class ProviderError(Exception):
    """Why an answer, or a currency of it, can't be used: a sentence for the rates desk."""


@dataclass(frozen=True)
class Quote:
    """What a source says one unit of ``base`` is worth in units of ``quote``, from ``effective_date`` on.

    ``value`` is computed from the source's own numbers without rounding them; it is zero or less where the
    source says so, which is no rate: whoever stores quotes has to look.
    """

    base: str
    quote: str
    effective_date: date
    value: Decimal
    nominal: int  # for how many units the source told its number
    provider: str


@dataclass(frozen=True)
class Sheet:
    """The numbers of one answer: for each currency's code the nominal, and its price in the bank's own currency."""

    provider: str
    local: str  # the bank's own currency, of which one unit costs one
    effective_date: date
    prices: dict[str, tuple[int, Decimal]]

    def quote(self, base: str, quote: str) -> Quote:
        """The quote of a pair, also of two foreign currencies; ProviderError where the sheet lacks one of them."""
        raise NotImplementedError


class Provider:
    """A source of rates. A new one is a module with a class like this one, and a line in ``providers.ALL``."""

    code: ClassVar[str]
    name: ClassVar[str | Promise]  # as readers see it
    local: ClassVar[str] = ""  # the bank's own currency
    country: ClassVar[str] = ""  # whose holidays it keeps, as ISO 3166 says it; ECB for its own
    working_days: ClassVar[frozenset[int]] = frozenset(range(5))  # on which it sets rates; Monday is 0
    publishes_at: ClassVar[tuple[int, int]] = (8, 10)  # from and until which hour, UTC
    days_ahead: ClassVar[int] = 0  # how many days after it is set a rate comes into force
    home: ClassVar[str] = ""  # where a reader finds the source
    terms: ClassVar[str | Promise] = ""  # what the source asks of those who use its rates
    is_fetched: ClassVar[bool] = True

    def addresses(self, day: date | None, codes: set[str]) -> list[str]:
        """Where the rates of ``codes`` are on ``day`` (None: the newest); empty: can't be asked for that day."""
        raise NotImplementedError

    def read(self, answer: bytes, asked: date | None) -> list[Sheet]:
        """The sheets of an answer, in order of their dates; ProviderError says why it can't be used.

        An answer for another day than ``asked`` is none.
        """
        raise NotImplementedError
