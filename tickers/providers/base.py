"""What every source of rates is: bytes in, quotes out; no provider asks a network or a database."""

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
    """Why an answer, or a currency of it, can't be used: a sentence for the rates desk."""


class NoRate(ProviderError):
    """The source set no rate for the day it was asked for, as on a holiday: nothing is wrong."""


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
class Price:
    """What ``nominal`` units of a currency cost in the bank's own; for a price told the other way round, see Ecb."""

    nominal: int
    amount: Decimal

    @property
    def of_one(self) -> Decimal:
        return EXACT.divide(self.amount, self.nominal)


@dataclass(frozen=True)
class Sheet:
    """The numbers of one answer, for one day; ``troubles`` says of a currency why it has no price."""

    provider: str
    name: str  # of the source, for messages
    local: str  # the bank's own currency, of which one unit costs one
    effective_date: date
    prices: dict[str, Price]
    troubles: dict[str, str] = field(default_factory=dict)

    def quote(self, base: str, quote: str) -> Quote:
        """The quote of a pair, also of two foreign currencies; ProviderError where the sheet lacks one of them."""
        worth, price = self._price(base), self._price(quote)
        # A price of zero has no inverse: the quote is then zero, which nobody takes for a rate.
        value = EXACT.divide(worth.of_one, price.of_one) if price.amount else Decimal(0)
        if value and not SMALLEST <= abs(value) <= LARGEST:
            told = {"pair": f"{base}/{quote}", "value": f"{value:.3e}"}
            raise self._error(_("it makes %(pair)s %(value)s, which no rate can be") % told)
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

    What is fetched says how in addresses() and read(); the others are never asked.
    """

    code: ClassVar[str]
    name: ClassVar[str | Promise]  # as readers see it
    title: ClassVar[str | Promise] = _lazy("Exchange rates")  # what its rates are called in the bar
    local: ClassVar[str] = ""  # the bank's own currency
    country: ClassVar[str] = ""  # whose holidays it keeps, as ISO 3166 says it; ECB for its own
    working_days: ClassVar[frozenset[int]] = frozenset(range(5))  # on which it sets rates; Monday is 0
    publishes_at: ClassVar[tuple[int, int]] = (8, 10)  # from which hour on, and until when usually, UTC
    days_ahead: ClassVar[int] = 0  # how many days after it is set a rate comes into force
    host: ClassVar[str] = ""  # where it is asked
    home: ClassVar[str] = ""  # where a reader finds the source
    terms: ClassVar[str | Promise] = ""  # what the source asks of those who use its rates
    tells_own: ClassVar[bool] = False  # its numbers say what its own currency is worth, not what others cost
    is_fetched: ClassVar[bool] = True
    repeats: ClassVar[bool] = False  # asked for a day without rates, it answers with those of the last day before
    missing_status: ClassVar[int | None] = None  # the status with which it says that a day has no rates

    def prints_turned(self, base: str, quote: str) -> bool:
        """Whether its number for this pair is what one unit of ``quote`` costs in ``base``."""
        return bool(self.local) and self.local == (quote if self.tells_own else base)

    def addresses(self, day: date | None, today: date) -> list[str]:
        """Where the rates of ``day`` are (None: the newest; ``today`` is UTC's).

        They are asked in order until every pair has a rate, and one in force today. None at all: the source
        can't be asked for that day.
        """
        raise NotImplementedError

    def read(self, answer: bytes) -> list[Sheet]:
        """The sheets of an answer, one a day; ProviderError says why it can't be used, NoRate that it is empty."""
        raise NotImplementedError

    def pick(self, sheets: list[Sheet], asked: date | None) -> Sheet:
        """The sheet of the day that was asked for, or the newest; ProviderError when it is another day's."""
        newest = max(sheets, key=lambda sheet: sheet.effective_date)
        if asked is None:
            return newest
        for sheet in sheets:
            if sheet.effective_date == asked:
                return sheet
        told = {"day": newest.effective_date.isoformat(), "asked": asked.isoformat()}
        if len(sheets) > 1 or (self.repeats and newest.effective_date < asked):
            raise self.error(_("it set no rates for %(asked)s") % told, NoRate)
        raise self.error(_("it answered with the rates of %(day)s when asked for those of %(asked)s") % told)

    def error(self, trouble: object, kind: type[ProviderError] = ProviderError) -> ProviderError:
        """An error that names the source."""
        return kind(_("%(source)s: %(trouble)s.") % {"source": self.name, "trouble": trouble})

    def sheet(self, day: date, rows: Iterable[tuple[str, Callable[[], Price]]]) -> Sheet:
        """The sheet of ``day``: a row that can't be read, or twice with different numbers, spoils only its currency."""
        prices: dict[str, Price] = {}
        troubles: dict[str, str] = {}
        for written, price in rows:
            code = written.strip().upper()
            try:
                found = price()
            except ValueError as trouble:
                troubles[code] = _("%(code)s has %(trouble)s") % {"code": code, "trouble": trouble}
                continue
            if prices.setdefault(code, found) != found:
                troubles[code] = _("it has %(code)s twice, with different numbers") % {"code": code}
        if self.local in prices or self.local in troubles:
            told = {"code": self.local}
            raise self.error(_("it lists %(code)s, its own currency: the answer is another bank’s") % told)
        if not prices and not troubles:
            raise self.error(_("there are no rates in its answer"), NoRate)
        prices = {code: price for code, price in prices.items() if code not in troubles}
        return Sheet(self.code, str(self.name), self.local, day, prices, troubles)
