"""Every column that an article shares with its editions: another value for it, and whether readers read it.

Tests that must know of each of them take them from here; ``test_workflow.py`` fails until a new one is here, too.
"""

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
    "language": lambda: "ru",
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
# A change of these alone is no update that readers are told of.
UNREAD = {
    *("slug", "off_front", "noindex"),
    *("seo_title", "seo_description", "social_title", "social_description"),
}
