"""The sources of rates, by code. A new one is a module in this package, and a line in ALL."""

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

ALL = {provider.code: provider for provider in (Nbkr(), Nbk(), Nbt(), Cbu(), Cbt(), Cbr(), Ecb(), Peg(), Manual())}
PEG, MANUAL = Peg.code, Manual.code


def get_provider(code: str) -> Provider:
    """Return the source with that code; raise KeyError if there is none."""
    return ALL[code]


def choices() -> list[tuple[str, object]]:
    """Return every source's code and name, for a field."""
    return [(provider.code, provider.name) for provider in ALL.values()]


def fetched() -> list[tuple[str, object]]:
    """Return code and name of the sources that are asked over the network."""
    return [(provider.code, provider.name) for provider in ALL.values() if provider.is_fetched]


def title_of_sources(codes: set[str]) -> object:
    """Return the common title of the rates of these sources; a peg, which is marked anyway, goes with any."""
    titles = {ALL[code].title if code in ALL else Provider.title for code in codes if code != PEG}
    return titles.pop() if len(titles) == 1 else (Provider.title if titles else ALL[PEG].title)
