"""What the texts of an export refer to: pictures, stories to read also, and the paper's own embed providers."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from xml.etree.ElementTree import Element

from articles.body import embeds
from articles.models import Edition, EmbedProvider, Image
from articles.public import picks


@dataclass(frozen=True)
class ShownPicture:
    """A picture as another system shows it: its number there, its whole address, its row."""

    number: int
    address: str
    image: Image


@dataclass(frozen=True)
class TextSurroundings:
    """What the texts of a batch refer to."""

    root: str  # scheme and host of the paper
    pictures: dict[int, ShownPicture] = field(default_factory=dict)  # by their numbers here
    stories: dict[int, tuple[str, str]] = field(default_factory=dict)  # path and headline of live ones, by number
    sites: tuple[embeds.Site, ...] = ()  # embed providers that the paper added

    def links(self, figure: Element) -> list[tuple[str, str]]:
        """Return whole address and headline of each live story that a “Read also” names."""
        numbers = map(int, figure.get("data-read-also", "").split())
        stories = [self.stories[number] for number in numbers if number in self.stories]
        return [(f"{self.root}{path}", words) for path, words in stories]


def picked_stories(texts: Iterable[str], alias: str, at: datetime) -> dict[int, tuple[str, str]]:
    """Return path and headline of each live story that ``texts``, cleaned bodies, name as “Read also”."""
    numbers = {number for html in texts for number in picks.picked_numbers(html)}
    rows = Edition.objects.using(alias).live(at).filter(article__in=numbers) if numbers else Edition.objects.none()
    return {number: (path, words) for number, path, words in rows.values_list("article", "path", "headline")}


def own_sites(alias: str) -> tuple[embeds.Site, ...]:
    """Return the sites that the paper added to the built-in ones."""
    rows = EmbedProvider.objects.using(alias).order_by("pk")
    return tuple(site for row in rows if (site := row.site()))
