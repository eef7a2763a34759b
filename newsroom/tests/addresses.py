"""Every address that Django's resolver knows, also those of packages, with something in the place of its variables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

from newsroom import pages

VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")
EXAMPLES = {
    route.name: address for page in pages.ALL for address, route in zip(page.addresses, page.routes(), strict=True)
}
OF_REGEXES = {"app_list": "admin/articles/", "": "admin/no-such-screen/"}  # of the desk, by the ends of their names


@dataclass(frozen=True)
class Place:
    """One pattern of the resolver."""

    name: str  # as reverse() takes it; of one without a name the route
    route: str

    def address(self, **values: object) -> str:
        """An address of the pattern, with ``values`` for its variables, and "1" for those that have none."""
        if self.name in EXAMPLES:
            return EXAMPLES[self.name]
        if "(?P<" in self.route:
            return "/" + OF_REGEXES[self.name.rpartition(":")[2] if self.name != self.route else ""]
        return "/" + VARIABLE.sub(lambda match: str(values.get(match[1], "1")), self.route)

    @property
    def is_of_the_desk(self) -> bool:
        return self.route.startswith("admin/")


def places() -> list[Place]:
    """All patterns, in the order in which they are matched."""
    return list(_places(get_resolver().url_patterns, "", ""))


def _places(patterns: list, before: str, space: str) -> Iterator[Place]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _places(
                pattern.url_patterns, route, f"{space}{pattern.namespace}:" if pattern.namespace else space
            )
        elif isinstance(pattern, URLPattern):
            yield Place(f"{space}{pattern.name}" if pattern.name else route, route)
