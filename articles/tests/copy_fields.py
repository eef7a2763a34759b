"""Every column that an article shares with its editions: another value for it, and whether readers read it.

Tests that must know of each of them take them from here; ``test_workflow.py`` and ``test_lacking.py`` fail until a new
one is here, too, and ``test_copy_fields.py`` until the desk can type it and readers see it.
"""

from articles.models.copy import TEXT_FIELDS
from articles.tests.factories import make_edition, make_image, make_section

CORRECTION = {"day": "2025-12-08", "text": "The bridge is 3 km long, not 30."}
ANOTHER = {
    "headline": lambda: "Another headline",
    "slug": lambda: "another-address",
    "kicker": lambda: "Another",
    "standfirst": lambda: "Another standfirst.",
    "body": lambda: "<p>The bridge is 3 km long.</p><p>It opens in May.</p>",
    "section_id": lambda: make_section().pk,
    "lead_image_id": lambda: make_image().pk,
    "lead_caption": lambda: "Another caption",
    "kind": lambda: "analysis",
    "dateline": lambda: "Osh",
    "language": lambda: "uz-Cyrl",
    "translation_of_id": lambda: make_edition().article_id,
    "seo_title": lambda: "Another title",
    "seo_description": lambda: "Another description",
    "social_title": lambda: "Another title",
    "social_description": lambda: "Another description",
    "corrections": lambda: "Put right.",
    "dated_corrections": lambda: [CORRECTION],
    "related": lambda: [make_edition().article_id],
    "off_front": lambda: True,
    "noindex": lambda: True,
}
MISSING = (
    "give each field of Copy another value in ANOTHER of articles/tests/copy_fields.py, and no field that it lacks"
)
# A change of these alone is no update that readers are told of.
UNREAD = {
    *("slug", "off_front", "noindex", "translation_of_id"),
    *("seo_title", "seo_description", "social_title", "social_description"),
}
# Texts that are in the head of the readers' page and not on it, each with the reason.
ONLY_IN_HEAD = {
    "seo_title": "search engines show it in place of the headline",
    "seo_description": "search engines show it in place of the standfirst",
    "social_title": "cards on social networks show it in place of the headline",
    "social_description": "cards on social networks show it in place of the standfirst",
}


def texts_with(word_of) -> dict:
    """A value for each text that people type, with the word that ``word_of`` gives for its field."""
    dated = [{"day": "2025-12-08", "text": word_of("dated_corrections")}]
    return {name: word_of(name) for name in TEXT_FIELDS} | {
        "body": f"<p>{word_of('body')}</p>",
        "dated_corrections": dated,
    }
