"""The sources of rates, by code. A new one is a module beside these, and a line in ALL."""

from tickers.providers.base import NoRate, Price, Provider, ProviderError, Quote, Sheet
from tickers.providers.cbr import Cbr
from tickers.providers.cbt import Cbt
from tickers.providers.cbu import Cbu
from tickers.providers.ecb import Ecb
from tickers.providers.manual import Manual
from tickers.providers.nbk import Nbk
from tickers.providers.nbkr import Nbkr
from tickers.providers.nbt import Nbt
from tickers.providers.peg import Peg

__all__ = [
    "ALL",
    "MANUAL",
    "PEG",
    "NoRate",
    "Price",
    "Provider",
    "ProviderError",
    "Quote",
    "Sheet",
    "choices",
    "fetched",
    "get_provider",
    "title_of_sources",
]

ALL = {one.code: one for one in (Nbkr(), Nbk(), Nbt(), Cbu(), Cbt(), Cbr(), Ecb(), Peg(), Manual())}
PEG, MANUAL = Peg.code, Manual.code


def get_provider(code: str) -> Provider:
    """The source with that code; KeyError where there is none."""
    return ALL[code]


def choices() -> list[tuple[str, object]]:
    """Every source's code and name, for a field."""
    return [(one.code, one.name) for one in ALL.values()]


def fetched() -> list[tuple[str, object]]:
    """The same of those alone that are asked over the network."""
    return [(one.code, one.name) for one in ALL.values() if one.is_fetched]


def title_of_sources(codes: set[str]) -> object:
    """What the rates of these sources are called together; a peg, which says so itself, goes with any."""
    found = {ALL[code].title if code in ALL else Provider.title for code in codes if code != PEG}
    return found.pop() if len(found) == 1 else (Provider.title if found else ALL[PEG].title)
