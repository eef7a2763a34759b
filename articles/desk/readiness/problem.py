from dataclasses import dataclass, replace

from articles.models.check import CheckRule

Level = CheckRule.Level


@dataclass(frozen=True)
class Problem:
    """A problem of an article: the field of its form where it is, and a sentence that says how to fix it.

    Without a ``check`` no page could do without it, so it always blocks. ``place`` is the part of the body with the
    problem, ``image`` the primary key of the picture with it. A ``mild`` problem never blocks, whatever the rules say.
    """

    field: str
    text: str
    check: str = ""
    level: str = Level.BLOCKING
    place: str = ""
    image: int | None = None
    mild: bool = False

    @property
    def blocks(self) -> bool:
        return self.level == Level.BLOCKING

    def at(self, level: str) -> "Problem":
        """Return the problem with the given level."""
        return replace(self, level=Level.ADVISORY if self.mild and level == Level.BLOCKING else level)
