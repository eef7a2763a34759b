"""The base of all sources of rates: bytes in, quotes out; no provider uses the network or the database."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Context, Decimal
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

EXACT = Context(prec=40)  # digits of a quote: far more than any source gives
OFFICIAL = _lazy("Official bank rates")  # the title of rates that a country's own bank sets for its money
SMALLEST, LARGEST = Decimal("1e-12"), Decimal("1e12")


class ProviderError(Exception):
    """An answer, or a currency of it, is unusable; the text is for the rates desk."""


class NoRate(ProviderError):
    """The source set no rate for the requested day, as on a holiday: that is no error."""


@dataclass(frozen=True)
class Quote:
    """A source's rate: units of ``quote`` per one unit of ``base``, from ``effective_date`` on.

    ``value`` is computed from the source's own numbers without rounding; it is zero or less if the source's number is,
    which is not a valid rate: whoever stores quotes has to check.
    """

    base: str
    quote: str
    effective_date: date
    value: Decimal
    nominal: int  # for how many units the source gave its number
    provider: str


@dataclass(frozen=True)
class Price:
    """The price of ``nominal`` units of a currency in the bank's own; for a price in the other direction, see Ecb."""

    nominal: int
    amount: Decimal

    @property
    def of_one(self) -> Decimal:
        return EXACT.divide(self.amount, self.nominal)


@dataclass(frozen=True)
class Sheet:
    """The numbers of one answer, for one day; ``troubles`` maps a currency to the reason why it has no price."""

    provider: str
    name: str  # of the source, for messages
    local: str  # the bank's own currency, whose price is one
    effective_date: date
    prices: dict[str, Price]
    troubles: dict[str, str] = field(default_factory=dict)

    def quote(self, base: str, quote: str) -> Quote:
        """Return the quote of a pair, also of two foreign currencies; raise ProviderError if the sheet lacks one of
        them.
        """
        worth, price = self._price(base), self._price(quote)
        # A price of zero has no inverse: the quote is then zero, which is not a valid rate.
        value = EXACT.divide(worth.of_one, price.of_one) if price.amount else Decimal(0)
        if value and not SMALLEST <= abs(value) <= LARGEST:
            params = {"pair": f"{base}/{quote}", "value": f"{value:.3e}"}
            raise self._error(_("it makes %(pair)s %(value)s, which no rate can be") % params)
        nominal = worth.nominal if quote == self.local else price.nominal
        return Quote(base, quote, self.effective_date, value, nominal, self.provider)

    def _price(self, code: str) -> Price:
        if code == self.local:
            return Price(1, Decimal(1))
        if code in self.prices:
            return self.prices[code]
        trouble = self.troubles.get(code) or _("it has no %(code)s") % {"code": code}
        raise self._error(trouble)

    def _error(self, trouble: str) -> ProviderError:
        return ProviderError(_("%(source)s: %(trouble)s.") % {"source": self.name, "trouble": trouble})


class Provider:
    """A source of rates. A new one is a module with a class like this one, and a line in ``providers.ALL``.

    A fetched source implements addresses() and read(); the others are never asked.
    """

    code: ClassVar[str]
    name: ClassVar[str | Promise]  # for readers
    title: ClassVar[str | Promise] = _lazy("Exchange rates")  # the title of its rates in the bar
    local: ClassVar[str] = ""  # the bank's own currency
    country: ClassVar[str] = ""  # whose holidays it has, as an ISO 3166 code; ECB for its own
    working_days: ClassVar[frozenset[int]] = frozenset(range(5))  # on which it sets rates; Monday is 0
    publishes_at: ClassVar[tuple[int, int]] = (8, 10)  # the hour from which it publishes, and the usual last one, UTC
    days_ahead: ClassVar[int] = 0  # days from the setting of a rate until it is in force
    host: ClassVar[str] = ""  # where it is requested
    home: ClassVar[str] = ""  # the source's page for readers
    terms: ClassVar[str | Promise] = ""  # what the source asks of those who use its rates
    tells_own: ClassVar[bool] = False  # its numbers are the value of its own currency, not prices of others
    is_fetched: ClassVar[bool] = True
    repeats: ClassVar[bool] = False  # for a day without rates, it answers with those of the last day before
    missing_status: ClassVar[int | None] = None  # the status of its answer for a day without rates

    def prints_turned(self, base: str, quote: str) -> bool:
        """Return whether its number for this pair is the price of one unit of ``quote`` in ``base``."""
        return bool(self.local) and self.local == (quote if self.tells_own else base)

    def addresses(self, day: date | None, today: date) -> list[str]:
        """Return the addresses of the rates of ``day`` (None: the newest; ``today`` is UTC's).

        They are requested in order until every pair has a rate, and one in force today. An empty list: the source has
        no rates of past days.
        """
        raise NotImplementedError

    def read(self, answer: bytes) -> list[Sheet]:
        """Return the sheets of an answer, one a day; raise ProviderError if it is unusable, NoRate if it is empty."""
        raise NotImplementedError

    def pick(self, sheets: list[Sheet], requested_day: date | None) -> Sheet:
        """Return the sheet of ``requested_day``, or the newest; raise ProviderError if the answer is another day's."""
        newest = max(sheets, key=lambda sheet: sheet.effective_date)
        if requested_day is None:
            return newest
        for sheet in sheets:
            if sheet.effective_date == requested_day:
                return sheet
        params = {"day": newest.effective_date.isoformat(), "asked": requested_day.isoformat()}
        if len(sheets) > 1 or (self.repeats and newest.effective_date < requested_day):
            raise self.error(_("it set no rates for %(asked)s") % params, NoRate)
        raise self.error(_("it answered with the rates of %(day)s when asked for those of %(asked)s") % params)

    def error(self, trouble: object, kind: type[ProviderError] = ProviderError) -> ProviderError:
        """Return an error that names the source."""
        return kind(_("%(source)s: %(trouble)s.") % {"source": self.name, "trouble": trouble})

    def sheet(self, day: date, rows: Iterable[tuple[str, Callable[[], Price]]]) -> Sheet:
        """Return the sheet of ``day``; a row that is unreadable, or repeated with another number, affects only its
        currency.
        """
        prices: dict[str, Price] = {}
        troubles: dict[str, str] = {}
        for written, price in rows:
            code = written.strip().upper()
            try:
                row_price = price()
            except ValueError as trouble:
                troubles[code] = _("%(code)s has %(trouble)s") % {"code": code, "trouble": trouble}
                continue
            if prices.setdefault(code, row_price) != row_price:
                troubles[code] = _("it has %(code)s twice, with different numbers") % {"code": code}
        if self.local in prices or self.local in troubles:
            params = {"code": self.local}
            raise self.error(_("it lists %(code)s, its own currency: the answer is another bank’s") % params)
        if not prices and not troubles:
            raise self.error(_("there are no rates in its answer"), NoRate)
        prices = {code: price for code, price in prices.items() if code not in troubles}
        return Sheet(self.code, str(self.name), self.local, day, prices, troubles)
