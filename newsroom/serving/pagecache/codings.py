"""The content codings of this server: brotli and zstd if their packages are installed, gzip always."""

import gzip
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from types import ModuleType


def _first_there(*names: str) -> ModuleType | None:
    for name in names:
        try:
            return import_module(name)
        except ImportError:
            continue
    return None


brotli = _first_there("brotli")
zstd = _first_there("compression.zstd", "backports.zstd")  # the first from Python 3.14 on

PLAIN = ""
LARGE = 50_000  # bytes from which a body is compressed more quickly
_Code = Callable[[bytes], bytes]
_CODES: dict[
    str, tuple[_Code, _Code]
] = {}  # functions to encode and decode; among those a client likes equally the first is used
if brotli:
    _brotli = brotli.compress
    _CODES["br"] = (lambda raw: _brotli(raw, quality=5 if len(raw) < LARGE else 4), brotli.decompress)
if zstd:
    _CODES["zstd"] = (zstd.compress, zstd.decompress)
_CODES["gzip"] = (lambda raw: gzip.compress(raw, 6, mtime=0), gzip.decompress)
CODINGS = tuple(_CODES)


def encode(raw: bytes, coding: str) -> bytes:
    """Return ``raw`` in ``coding``, which is one of CODINGS or PLAIN."""
    return _CODES[coding][0](raw) if coding else raw


def decode(encoded: bytes, coding: str) -> bytes:
    """Return the decoded bytes."""
    return _CODES[coding][1](encoded) if coding else encoded


@lru_cache(maxsize=500)
def best(accepted: str) -> str:
    """Return the one of CODINGS that an Accept-Encoding header prefers, PLAIN for none."""
    liked: dict[str, float] = {}
    for part in accepted[:1000].split(","):
        name, _, parameter = part.partition(";")
        liked[name.strip().lower()] = _weight(parameter)
    candidates = [(liked.get(coding, liked.get("*", 0.0)), -place, coding) for place, coding in enumerate(CODINGS)]
    weight, _place, coding = max(candidates)
    return coding if weight > 0 else PLAIN


def _weight(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
