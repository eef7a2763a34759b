"""Answers of sources: fetched or read from a file, reduced to the sheet of a day, with each pair's quotes."""

import logging
from dataclasses import dataclass, field, replace
from datetime import date

from django.utils.translation import gettext as _

from tickers import fetch
from tickers.fetch import FetchError, Validators
from tickers.models import Pair
from tickers.providers import NoRate, Provider, ProviderError, Quote, Sheet

logger = logging.getLogger(__name__)


@dataclass
class SourceAnswer:
    """The answer of one address."""

    sheets: list[Sheet] = field(default_factory=list)
    validators: Validators = field(default_factory=Validators)
    unchanged: bool = False
    nothing: str = ""  # the message that the source set no rates
    trouble: str = ""


@dataclass
class Harvest:
    """The quotes of a source for some pairs, or what is wrong with them."""

    source: Provider
    quotes: dict[Pair, list[Quote]]
    answers: dict[str, SourceAnswer] = field(default_factory=dict)  # by address
    troubles: dict[Pair, str] = field(default_factory=dict)
    gave: dict[str, set[int]] = field(default_factory=dict)  # the pairs of which an address has rates
    unchanged: set[int] = field(default_factory=set)  # pairs whose address has nothing new

    def add(self, address: str, answer: SourceAnswer) -> None:
        self.answers[address], self.gave[address] = answer, set()
        for sheet in answer.sheets:
            for pair, quotes in self.quotes.items():
                if pair.pk in self.unchanged:
                    continue
                try:
                    quote = sheet.quote(pair.base, pair.quote)
                except ProviderError as trouble:
                    self.troubles.setdefault(pair, str(trouble))
                    continue
                self.gave[address].add(pair.pk)
                if quote.effective_date not in {known_quote.effective_date for known_quote in quotes}:
                    quotes.append(quote)
        self.troubles = {pair: text for pair, text in self.troubles.items() if not self.quotes[pair]}

    def keep_unchanged(self, address: str, answer: SourceAnswer, pairs: set[int]) -> None:
        """Record that an address has the rates of the last time, for those ``pairs``."""
        self.answers[address], self.gave[address] = answer, pairs
        self.unchanged |= pairs
        self.troubles = {pair: text for pair, text in self.troubles.items() if pair.pk not in pairs}

    @property
    def failures(self) -> list[str]:
        """The messages about the source, or else about single pairs."""
        return [answer.trouble for answer in self.answers.values() if answer.trouble] or list(self.troubles.values())

    def all_quotes(self) -> list[tuple[Pair, Quote]]:
        """Return the quotes of all pairs, those of earlier days first."""
        pair_quotes = [(pair, quote) for pair, quotes in self.quotes.items() for quote in quotes]
        return sorted(pair_quotes, key=lambda pair_quote: pair_quote[1].effective_date)


def ask_source(source: Provider, address: str, validators: Validators | None, whole: float) -> SourceAnswer:
    """Return the answer of an address within ``whole`` seconds; ``validators`` are those of its last answer."""
    try:
        answer = fetch.get(address, validators, whole=whole)
    except FetchError as trouble:
        if trouble.status is not None and trouble.status == source.missing_status:
            return SourceAnswer(nothing=str(source.error(_("it has no rates of that day"))))
        return SourceAnswer(trouble=f"{source.name}: {trouble}")
    if answer.unchanged:
        return SourceAnswer(unchanged=True, validators=answer.validators)
    return replace(read_sheets(source, answer.body), validators=answer.validators)


def read_sheets(source: Provider, content: bytes) -> SourceAnswer:
    """Return every sheet of an answer; an error in one provider's code does not stop the other sources."""
    try:
        return SourceAnswer(source.read(content))
    except NoRate as nothing:
        return SourceAnswer(nothing=str(nothing))
    except ProviderError as trouble:
        return SourceAnswer(trouble=str(trouble))
    except Exception:  # an error of ours: logged for the server's operator, and counted as the source's failure
        logger.exception("The answer of %s broke its provider.", source.code)
        return SourceAnswer(
            trouble=str(source.error(_("its answer is like none that we can read; the server's log says more")))
        )


def nearest_sheet(answer: SourceAnswer, day: date) -> SourceAnswer:
    """Return the answer with only the sheet whose day is nearest to ``day``."""
    sheets = sorted(answer.sheets, key=lambda sheet: abs(sheet.effective_date - day))
    return replace(answer, sheets=sheets[:1])


def picked(source: Provider, answer: SourceAnswer, day: date | None) -> SourceAnswer:
    """Return the answer with only the sheet of ``day``, or the newest."""
    if not answer.sheets:
        return answer
    try:
        return replace(answer, sheets=[source.pick(answer.sheets, day)])
    except NoRate as nothing:
        return SourceAnswer(nothing=str(nothing))
    except ProviderError as trouble:
        return SourceAnswer(trouble=str(trouble))
