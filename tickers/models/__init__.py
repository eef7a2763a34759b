"""Currency pairs, and their rates by day."""

from tickers.models.fields import (
    CODE,
    DECIMALS,
    EXACT_DIGITS,
    SMALLEST,
    CodeField,
    RateField,
    exact,
    validate_exact,
)
from tickers.models.pair import MOST_DECIMALS, Pair, PairQuerySet
from tickers.models.rate import Rate, RateQuerySet
from tickers.models.source import Source

__all__ = [
    "CODE",
    "DECIMALS",
    "EXACT_DIGITS",
    "MOST_DECIMALS",
    "SMALLEST",
    "CodeField",
    "Pair",
    "PairQuerySet",
    "Rate",
    "RateField",
    "RateQuerySet",
    "Source",
    "exact",
    "validate_exact",
]
