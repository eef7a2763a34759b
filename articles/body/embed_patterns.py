"""Patterns of addresses as people type them: ``https://t.me/{channel}/{number}``; they are matched part by part."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from django.utils.translation import gettext as _

HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+\Z")
PLACE = re.compile(r"\{([a-z]+)(?::([1-9]\d?))?\}")
VALUE = re.compile(r"[\w.~@:,+!-]{1,600}\Z")
NUMBER = re.compile(r"-?\d{1,20}(?:\.\d{1,20})?\Z", re.ASCII)
NUMBERS = {"number", "zoom", "lat", "lon"}  # placeholders that only match numbers
ALIASES = ("www.", "m.", "mobile.", "music.")  # prefixes of a host that name the same site


class PatternError(ValueError):
    """An invalid pattern or frame address; the message is a sentence for whoever typed it."""


@dataclass(frozen=True)
class Pattern:
    """A pattern of addresses, like ``https://t.me/{channel}/{number}``.

    A ``{name}`` matches a part of the path, of a query's value or of the fragment; ``{name:11}`` one of so many
    characters; ``*`` at the end of a path any ending. Other parts of a query are ignored.
    """

    host: str
    path: tuple[str, ...]
    query: tuple[tuple[str, str], ...]
    fragment: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> "Pattern":
        """Return the pattern in ``text``; raise PatternError if it is invalid."""
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
    def components(self) -> tuple[str, ...]:
        """The components of the pattern that may have a placeholder."""
        return (*self.path, *(value for _name, value in self.query), *self.fragment)

    @property
    def names(self) -> set[str]:
        """The names of its placeholders."""
        return {match[1] for part in self.components for match in PLACE.finditer(part)}

    def written(self, values: dict[str, str]) -> str:
        """Return the address with ``values``, one for each name, in place of the placeholders."""
        query = "&".join(f"{name}={value}" for name, value in self.query)
        path = "/".join(("", *(part for part in self.path if part != "*")))
        whole = f"https://{self.host}{path}{'?' if query else ''}{query}{'#' if self.fragment else ''}"
        return PLACE.sub(lambda place: quote(values[place[1]], safe="~@:,+!"), whole + "/".join(self.fragment))

    def match(self, parts: SplitResult) -> dict[str, str] | None:
        """Return the values of the placeholders in an address; None if the address does not match."""
        if plain_host(parts.netloc) != self.host:
            return None
        place_values: dict[str, str] = {}
        path, path_patterns = [unquote(part) for part in parts.path.split("/") if part], self.path
        if path_patterns[-1:] == ("*",):
            path_patterns = path_patterns[:-1]
            path = path[: len(path_patterns)]
        query = parse_qs(parts.query, max_num_fields=100) if self.query else {}
        query_values = [query.get(name, [""])[0] for name, _value in self.query]
        fragment = [unquote(part) for part in parts.fragment.split("/") if part] if self.fragment else []
        patterns = (*path_patterns, *(value for _name, value in self.query), *self.fragment)
        values = [*path, *query_values, *fragment]
        is_whole = len(path) == len(path_patterns) and len(fragment) == len(self.fragment)
        if is_whole and all(
            _fits(pattern, value, place_values) for pattern, value in zip(patterns, values, strict=True)
        ):
            return place_values
        return None

    def _refuse_odd(self, text: str) -> None:
        for part in self.components:
            if len(PLACE.findall(part)) > 1 or set(PLACE.sub("", part)) & set("{}"):
                params = {"text": text, "piece": part}
                raise PatternError(_("“%(piece)s” in “%(text)s”: write one {name} between two strokes.") % params)
        if not self.names:
            raise PatternError(_("“%(text)s” needs a {name} for what is different in each address.") % {"text": text})


def plain_host(netloc: str) -> str:
    """Return a host in the one form for all names of a site."""
    host = netloc.lower()
    return next((host.removeprefix(alias) for alias in ALIASES if host.startswith(alias)), host)


def _fits(pattern: str, value: str, values: dict[str, str]) -> bool:
    """Return whether ``value`` matches a part of a pattern; the placeholder's value is added to ``values``."""
    place = PLACE.search(pattern)
    if place is None:
        return value == pattern
    before, after = pattern[: place.start()], pattern[place.end() :]
    if not (value.startswith(before) and value.endswith(after)):
        return False
    middle = value[len(before) : len(value) - len(after)]
    if place[2] and len(middle) != int(place[2]):
        return False
    values[place[1]] = middle
    return bool((NUMBER if place[1] in NUMBERS else VALUE).match(middle.replace(" ", "+")))
