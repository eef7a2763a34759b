from dataclasses import dataclass, replace

from articles.models.check import CheckRule

Level = CheckRule.Level


@dataclass(frozen=True)
class Problem:
    """Something to mend: the field of the article's form where, and a sentence that says how.

    Without a ``check`` no page could do without it, so it always blocks. ``place`` is a piece of the body where the
    problem is, ``image`` the number of the picture that has it. What is ``mild`` never blocks, whatever the rules say.
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
        """The same with the weight that ``level`` gives it."""
        return replace(self, level=Level.ADVISORY if self.mild and level == Level.BLOCKING else level)
