"""WordPress exports (WXR 1.0, 1.1, 1.2). What of one becomes what:

================================  ===================================================================================
post, page, wp_block              SourceStory of the kind "story", "page", "block"; key "post:12" or "block:12"
attachment                        SourceMedia, key "media:12"; the uncut original if the metadata name one
wp:author, dc:creator             SourceAuthor, key "author:LOGIN"
Co-Authors Plus, its guests       the login it is linked to or named as, else SourceAuthor, key "guest:SLUG"
byline of Newspack                the authors it names by number, else one with ``is_guest``, key "byline:NAME"
categories, tags                  SourceTerm, keys "category:SLUG", "tag:SLUG"; the main one of Yoast or Rank Math first
other taxonomies                  SourceTerm with the taxonomy as kind; menus and Polylang's own are left out
languages of Polylang, WPML       ``language`` and ``translation_of``
texts in several languages        a story each, "post:12" in the site's language and "post:12:ru", linked; so do terms
corrections of Newspack           ``corrections`` of the story
password, private                 SourceState.PRIVATE; unknown states and those without a time to come are drafts
enclosure                         attributes "enclosure" (its address) and "enclosure_details"
other meta keys                   attributes, serialized values as JSON; at most 100 of 20,000 signs each
comments, menus, revisions …      counted and told in the report, with the reason
================================  ===================================================================================

The file is cut into its items by their tags alone (``scanner``), and each is read by expat. One that isn't well-formed
is made so by its known elements, as WordPress's importer reads it (``mending``), and told in the report: so a broken
item harms no other, no item sees a document type, and memory holds one item. lxml with ``recover`` was looked at: it
drops what it can't read without saying where. Values of PHP are read by ``php_values``: the package phpserialize has no
bounds, and was last released in 2016.
"""

from articles.importing.wxr.reading import read_wxr

__all__ = ["read_wxr"]
