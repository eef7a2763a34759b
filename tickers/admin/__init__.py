"""The admin of rates."""

from tickers.admin.pair import PairAdmin
from tickers.admin.rate import RateAdmin
from tickers.admin.source import SourceAdmin

__all__ = ["PairAdmin", "RateAdmin", "SourceAdmin"]
