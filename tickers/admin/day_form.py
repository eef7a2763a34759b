"""A day's rates as banks print them: a row for each pair, and the questions before a row is stored."""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Context, Decimal

from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import QueryDict
from django.utils.translation import gettext as _

from ground.rows import is_number
from tickers import plausibility, providers
from tickers.admin.rate_form import TypedNumber
from tickers.models import Pair, Rate, exact, validate_exact
from tickers.providers.base import EXACT, LARGEST, SMALLEST
from tickers.providers.reading import SPACES

SHOWN = Context(prec=7)  # significant digits, as many as banks print
SAME = Context(prec=10)  # so that a number turned for storing and back again stays the same
GROUPED = re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?", re.ASCII)  # 12,019 or 1,250.50
MOST_REASON = 200  # letters
FIELDS = ("value", "reading", "reason", "asked", "instead")


@dataclass(frozen=True)
class TypedReading:
    """One way to read what was typed: ``value`` as it is stored, ``text`` for people, ``key`` for the form."""

    key: str
    value: Decimal
    text: str


@dataclass
class DayRow:
    """A pair as its bank prints it (the price of one ``of`` in ``unit``), what was typed, and the open question."""

    pair: Pair
    is_turned: bool  # the bank prints the pair in the other direction than it is stored
    before: list[Rate]
    stands: Rate | None  # what readers see for that day
    held: list[Rate]  # of that day, the newest first
    sent: dict[str, str]
    error: str = ""
    question: str = ""  # "reading": how is it meant; "far": is it right
    told: str = ""  # the message about it
    readings: list[TypedReading] = field(default_factory=list)
    value: Decimal | None = None  # the value to be stored

    @property
    def of(self) -> str:
        return self.pair.quote if self.is_turned else self.pair.base

    @property
    def unit(self) -> str:
        return self.pair.base if self.is_turned else self.pair.quote

    @property
    def last(self) -> Rate | None:
        return self.before[0] if self.before else None

    @property
    def last_text(self) -> str:
        return self.printed(self.last.value) if self.last else ""

    @property
    def stands_text(self) -> str:
        return self.printed(self.stands.value) if self.stands else ""

    @property
    def held_told(self) -> list[dict[str, object]]:
        """The held rates of that day: each value as the bank would print it, the reason, and the rate itself."""
        return [{"value": self.printed(rate.value), "why": rate.held_reason, "rate": rate} for rate in self.held]

    @property
    def is_open(self) -> bool:
        return bool(self.error or self.question)

    @property
    def mark(self) -> str:
        """The question with what was typed; an answer to any other is not accepted."""
        return f"{self.sent['value']} {self.question}"

    def printed(self, value: Decimal) -> str:
        """Return a stored value as the bank would print it."""
        return plausibility.without_zeros(SHOWN.plus(turned(value) if self.is_turned and value else value))


def rows(day: date, sent: dict[str, str]) -> list[DayRow]:
    """Return the active pairs, in the bar's order, with what was typed for each. Always three queries."""
    past = Rate.objects.accepted().filter(effective_date__lt=day).order_by("-effective_date")
    same_day = Rate.objects.filter(effective_date=day, status__in=[Rate.Status.ACCEPTED, Rate.Status.HELD])
    pairs = Pair.objects.active().exclude(provider=providers.PEG)
    pairs = pairs.prefetch_related(
        Prefetch("rates", past[: plausibility.PAST], to_attr="before"), Prefetch("rates", same_day, to_attr="same_day")
    )
    day_rows = []
    for pair in pairs:
        typed = {name: sent.get(f"{name}_{pair.pk}", "").strip() for name in FIELDS}
        stands = next((rate for rate in pair.same_day if rate.status == Rate.Status.ACCEPTED), None)
        held_rates = [rate for rate in pair.same_day if rate.status == Rate.Status.HELD]
        day_rows.append(DayRow(pair, is_turned(pair), pair.before, stands, held_rates, typed))
    return day_rows


def is_turned(pair: Pair) -> bool:
    """Return whether the pair's bank prints it in the other direction; if neither currency is a bank's, as the bar
    does.
    """
    source = providers.ALL.get(pair.provider)
    if source is None or source.local not in {pair.base, pair.quote}:
        return pair.is_inverse
    return source.prints_turned(pair.base, pair.quote)


def turned(value: Decimal) -> Decimal:
    return EXACT.divide(1, value)


def as_printed(pair: Pair, value: Decimal) -> str:
    """Return a stored value as the pair's bank prints it, and as people type it."""
    is_against = is_turned(pair) and bool(value)
    of, unit = (pair.quote, pair.base) if is_against else (pair.base, pair.quote)
    number = SAME.plus(turned(value)) if is_against else value
    return _("1 %(of)s = %(value)s %(unit)s") % {"of": of, "value": plausibility.without_zeros(number), "unit": unit}


def check_row(row: DayRow) -> None:
    """Read what was typed: set the row's value, its error, or a question."""
    if not row.sent["value"]:
        return
    try:
        readings = _readings(row)
    except ValidationError as trouble:
        row.error = " ".join(trouble.messages)
        return
    if row.stands and SAME.plus(readings[0].value) == SAME.plus(row.stands.value):
        return  # readers see it already
    if row.sent["instead"] != (str(row.stands.pk) if row.stands else ""):
        row.error = _("Somebody else changed the rate of this day. Look at it; if yours is right, save it again.")
        return
    _weigh(row, readings)


def _weigh(row: DayRow, readings: list[TypedReading]) -> None:
    """Take a plausible value; ask if only another reading is plausible, or none is."""
    typed, *other_readings = readings
    fitting = [reading for reading in other_readings if not plausibility.beyond(row.pair, reading.value, row.before)]
    chosen = typed
    distance = plausibility.beyond(row.pair, typed.value, row.before)
    if distance and fitting:
        row.question, row.readings = "reading", [*fitting, typed]
        was_asked = row.sent["asked"] in {row.mark, f"{row.sent['value']} far"}
        answer = row.sent["reading"] if was_asked else ""
        chosen = next((reading for reading in row.readings if reading.key == answer), None)
        if chosen is None:
            row.told = _("As you typed it, it is far from the last. Is it meant like this?")
            return
    if chosen is typed and distance:
        row.question, row.told = "far", _far(row, chosen)
        if row.sent["asked"] != row.mark or not row.sent["reason"]:
            return
    row.question, row.value = "", chosen.value


def _far(row: DayRow, reading: TypedReading) -> str:
    """Return how far a number is from the last one, as the bank prints both."""
    value, last = (Decimal(row.printed(printed_value)) for printed_value in (reading.value, row.before[0].value))
    params = {"value": row.printed(reading.value), "move": f"{(value / last - 1) * 100:+.1f}"}
    params["limit"] = plausibility.without_zeros(plausibility.limit(row.pair, row.before))
    return _("%(value)s is %(move)s %% from the last, beyond the pair’s limit of %(limit)s %%.") % params


def _readings(row: DayRow) -> list[TypedReading]:
    """Return the readings of what was typed, as a number of the bank first; raise ValidationError for an invalid
    number.
    """
    text = SPACES.sub("", row.sent["value"])
    grouped = Decimal(text.replace(",", "")) if GROUPED.fullmatch(text) else None
    if grouped is not None and (text.count(",") > 1 or "." in text):
        return [_reading(row, "typed", grouped), _reading(row, "turned", grouped, against=True)]
    number = TypedNumber(max_digits=36, decimal_places=18).clean(text)
    typed_readings = [_reading(row, "typed", number), _reading(row, "turned", number, against=True)]
    return typed_readings if grouped is None else [*typed_readings, _reading(row, "grouped", grouped)]


def _reading(row: DayRow, key: str, number: Decimal, *, against: bool = False) -> TypedReading:
    """Return the reading of a number as the bank prints it, or in the other direction with ``against``."""
    if number <= 0:
        raise ValidationError(_("A rate must be more than zero."))
    if not SMALLEST <= number <= LARGEST:
        raise ValidationError(_("No rate can be this number."))
    validate_exact(number)
    value = exact(turned(number)) if row.is_turned != against else number
    params = {"of": row.of, "unit": row.unit, "value": row.printed(value)}
    return TypedReading(key, value, _("1 %(of)s = %(value)s %(unit)s") % params)


def sent_rows(post: QueryDict | None) -> dict[str, str]:
    """Return what a form sent, by field name."""
    return {name: text[:MOST_REASON] for name, text in post.items() if isinstance(text, str)} if post else {}


def requested_day(text: str, today: date) -> date:
    """Return the requested day, by default ``today``; raise ValidationError for an invalid one."""
    if not text:
        return today
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValidationError(_("“%(text)s” is no day.") % {"text": text[:40]}) from None


def instead(row: DayRow) -> int | None:
    """Return the primary key of the rate that a row's value replaces."""
    return int(row.sent["instead"]) if is_number(row.sent["instead"]) else None
