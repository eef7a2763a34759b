"""Stories with what their texts refer to, looked up for many of them at once."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice

from articles.exporting.stories import BATCH, Story, public_picture_address
from articles.exporting.text_surroundings import ShownPicture, TextSurroundings, own_sites, picked_stories


def with_surroundings(
    stories: Iterable[Story], alias: str, at: datetime, number_of: Callable[[int], int] = lambda number: number
) -> Iterator[tuple[Story, TextSurroundings]]:
    """Yield each story with what its text refers to; ``number_of`` gives the number of a picture elsewhere."""
    stories, sites = iter(stories), own_sites(alias)
    while batch := list(islice(stories, BATCH)):
        read_also = picked_stories([story.copy.body for story in batch], alias, at)
        for story in batch:
            pictures = {
                pk: ShownPicture(number_of(pk), public_picture_address(image, story.root), image)
                for pk, image in story.images.items()
            }
            yield story, TextSurroundings(story.root, pictures, read_also, sites)
