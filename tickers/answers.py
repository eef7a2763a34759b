"""What sources answer: fetched or read from a file, the sheet of a day picked, and each pair's quotes found in it."""

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
    """What one address gave."""

    sheets: list[Sheet] = field(default_factory=list)
    validators: Validators = field(default_factory=Validators)
    unchanged: bool = False
    nothing: str = ""  # the source set no rates
    trouble: str = ""


@dataclass
class Harvest:
    """What a source gave for some pairs: each pair's quotes, or what is wrong with it."""

    source: Provider
    quotes: dict[Pair, list[Quote]]
    answers: dict[str, SourceAnswer] = field(default_factory=dict)  # by address
    troubles: dict[Pair, str] = field(default_factory=dict)
    gave: dict[str, set[int]] = field(default_factory=dict)  # which pairs an address has rates of
    unchanged: set[int] = field(default_factory=set)  # pairs whose address has nothing new

    def add(self, address: str, answer: SourceAnswer) -> None:
        self.answers[address], self.gave[address] = answer, set()
        for sheet in answer.sheets:
            for pair, found in self.quotes.items():
                if pair.pk in self.unchanged:
                    continue
                try:
                    quote = sheet.quote(pair.base, pair.quote)
                except ProviderError as trouble:
                    self.troubles.setdefault(pair, str(trouble))
                    continue
                self.gave[address].add(pair.pk)
                if quote.effective_date not in {one.effective_date for one in found}:
                    found.append(quote)
        self.troubles = {pair: text for pair, text in self.troubles.items() if not self.quotes[pair]}

    def keep_unchanged(self, address: str, answer: SourceAnswer, pairs: set[int]) -> None:
        """An address whose rates are those of the last time, of those ``pairs``."""
        self.answers[address], self.gave[address] = answer, pairs
        self.unchanged |= pairs
        self.troubles = {pair: text for pair, text in self.troubles.items() if pair.pk not in pairs}

    @property
    def failures(self) -> list[str]:
        """What is wrong: with the source, or with single pairs."""
        return [one.trouble for one in self.answers.values() if one.trouble] or list(self.troubles.values())

    def all_quotes(self) -> list[tuple[Pair, Quote]]:
        """Every pair's quotes, those of earlier days first."""
        found = [(pair, quote) for pair, quotes in self.quotes.items() for quote in quotes]
        return sorted(found, key=lambda one: one[1].effective_date)


def ask_source(source: Provider, address: str, known: Validators | None, whole: float) -> SourceAnswer:
    """What an address answers within ``whole`` seconds; ``known`` is what it said of its last answer."""
    try:
        answer = fetch.get(address, known, whole=whole)
    except FetchError as trouble:
        if trouble.status is not None and trouble.status == source.missing_status:
            return SourceAnswer(nothing=str(source.error(_("it has no rates of that day"))))
        return SourceAnswer(trouble=f"{source.name}: {trouble}")
    if answer.unchanged:
        return SourceAnswer(unchanged=True, validators=answer.validators)
    return replace(read_sheets(source, answer.body), validators=answer.validators)


def read_sheets(source: Provider, content: bytes) -> SourceAnswer:
    """Every sheet of an answer; a provider that breaks over one spoils no other source's run."""
    try:
        return SourceAnswer(source.read(content))
    except NoRate as nothing:
        return SourceAnswer(nothing=str(nothing))
    except ProviderError as trouble:
        return SourceAnswer(trouble=str(trouble))
    except Exception:  # a mistake of ours: told to whoever runs the server, and counted as the source's failure
        logger.exception("The answer of %s broke its provider.", source.code)
        return SourceAnswer(
            trouble=str(source.error(_("its answer is like none that we can read; the server's log says more")))
        )


def nearest_sheet(answer: SourceAnswer, day: date) -> SourceAnswer:
    """The same with the sheet alone whose day is nearest to ``day``."""
    sheets = sorted(answer.sheets, key=lambda sheet: abs(sheet.effective_date - day))
    return replace(answer, sheets=sheets[:1])


def picked(source: Provider, answer: SourceAnswer, day: date | None) -> SourceAnswer:
    """The same with the sheet of ``day`` alone, or the newest."""
    if not answer.sheets:
        return answer
    try:
        return replace(answer, sheets=[source.pick(answer.sheets, day)])
    except NoRate as nothing:
        return SourceAnswer(nothing=str(nothing))
    except ProviderError as trouble:
        return SourceAnswer(trouble=str(trouble))
