"""Patterns of addresses as people type them: ``https://t.me/{channel}/{number}``; each is compared part by part."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from django.utils.translation import gettext as _

HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+\Z")
PLACE = re.compile(r"\{([a-z]+)(?::([1-9]\d?))?\}")
VALUE = re.compile(r"[\w.~@:,+!-]{1,600}\Z")
NUMBER = re.compile(r"-?\d{1,20}(?:\.\d{1,20})?\Z", re.ASCII)
NUMBERS = {"number", "zoom", "lat", "lon"}  # places that hold nothing else
ALIASES = ("www.", "m.", "mobile.", "music.")  # under which a site is the same


class PatternError(ValueError):
    """What is wrong with a pattern or a frame's address: a sentence for who typed it."""


@dataclass(frozen=True)
class Pattern:
    """Addresses of one kind, like ``https://t.me/{channel}/{number}``.

    A ``{name}`` stands for a part of the path, of a query's value or of what follows ``#``; ``{name:11}`` for one of so
    many characters; ``*`` at the end of a path for whatever follows. Other parts of a query don't count.
    """

    host: str
    path: tuple[str, ...]
    query: tuple[tuple[str, str], ...]
    fragment: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> "Pattern":
        """The pattern that somebody typed; PatternError if it is none."""
        try:
            parts = urlsplit(text)
            query = parse_qs(parts.query, strict_parsing=bool(parts.query), max_num_fields=10)
        except ValueError:
            raise PatternError(_("“%(text)s” can’t be read as an address.") % {"text": text}) from None
        if parts.scheme != "https" or not HOST.match(parts.netloc):
            raise PatternError(_("“%(text)s” must begin with https:// and the name of a site.") % {"text": text})
        pattern = cls(
            plain_host(parts.netloc),
            tuple(filter(None, parts.path.split("/"))),
            tuple((name, values[0]) for name, values in query.items()),
            tuple(filter(None, parts.fragment.split("/"))),
        )
        pattern._refuse_odd(text)
        return pattern

    @property
    def pieces(self) -> tuple[str, ...]:
        """All that may hold a place."""
        return (*self.path, *(value for _name, value in self.query), *self.fragment)

    @property
    def names(self) -> set[str]:
        """What its places are called."""
        return {match[1] for piece in self.pieces for match in PLACE.finditer(piece)}

    def written(self, values: dict[str, str]) -> str:
        """The address that has ``values``, one for each of the names, at its places."""
        query = "&".join(f"{name}={value}" for name, value in self.query)
        path = "/".join(("", *(piece for piece in self.path if piece != "*")))
        whole = f"https://{self.host}{path}{'?' if query else ''}{query}{'#' if self.fragment else ''}"
        return PLACE.sub(lambda place: quote(values[place[1]], safe="~@:,+!"), whole + "/".join(self.fragment))

    def match(self, parts: SplitResult) -> dict[str, str] | None:
        """What stands at its places in an address; None for another address."""
        if plain_host(parts.netloc) != self.host:
            return None
        found: dict[str, str] = {}
        path, wanted = [unquote(part) for part in parts.path.split("/") if part], self.path
        if wanted[-1:] == ("*",):
            wanted = wanted[:-1]
            path = path[: len(wanted)]
        query = parse_qs(parts.query, max_num_fields=100) if self.query else {}
        given = [query.get(name, [""])[0] for name, _value in self.query]
        fragment = [unquote(part) for part in parts.fragment.split("/") if part] if self.fragment else []
        pieces = (*wanted, *(value for _name, value in self.query), *self.fragment)
        values = [*path, *given, *fragment]
        is_whole = len(path) == len(wanted) and len(fragment) == len(self.fragment)
        if is_whole and all(_fits(piece, value, found) for piece, value in zip(pieces, values, strict=True)):
            return found
        return None

    def _refuse_odd(self, text: str) -> None:
        for piece in self.pieces:
            if len(PLACE.findall(piece)) > 1 or set(PLACE.sub("", piece)) & set("{}"):
                told = {"text": text, "piece": piece}
                raise PatternError(_("“%(piece)s” in “%(text)s”: write one {name} between two strokes.") % told)
        if not self.names:
            raise PatternError(_("“%(text)s” needs a {name} for what is different in each address.") % {"text": text})


def plain_host(netloc: str) -> str:
    """A host's name as it is the same for one site."""
    host = netloc.lower()
    return next((host.removeprefix(alias) for alias in ALIASES if host.startswith(alias)), host)


def _fits(piece: str, value: str, found: dict[str, str]) -> bool:
    """Whether ``value`` is what a pattern's piece says; what stands at its place is put into ``found``."""
    place = PLACE.search(piece)
    if place is None:
        return value == piece
    before, after = piece[: place.start()], piece[place.end() :]
    if not (value.startswith(before) and value.endswith(after)):
        return False
    middle = value[len(before) : len(value) - len(after)]
    if place[2] and len(middle) != int(place[2]):
        return False
    found[place[1]] = middle
    return bool((NUMBER if place[1] in NUMBERS else VALUE).match(middle.replace(" ", "+")))
