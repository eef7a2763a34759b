"""RSS of the whole paper and of each section, tag and author: the newest live editions."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.syndication.views import Feed
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.translation import gettext as _
from taggit.models import Tag

from articles.models.author import Author
from articles.models.edition import Edition
from articles.models.section import Section
from articles.models.site import SiteSettings

ITEMS = 20


@dataclass(frozen=True)
class Asked:
    """One request: what the feed is of (None: the whole paper), and when. A feed itself serves many at once."""

    thing: Section | Tag | Author | None
    at: datetime
    paper: SiteSettings


class PaperFeed(Feed):
    """The newest of the whole paper."""

    feed_type = Rss201rev2Feed
    item_guid_is_permalink = False

    def __call__(self, request, *args, **kwargs):
        response = super().__call__(request, *args, **kwargs)
        response.content = response.content  # one piece instead of hundreds that are sent one by one
        del response.headers["Last-Modified"]  # it goes back when the newest is withdrawn; the ETag tells
        return response

    def get_object(self, request, **slugs):
        return Asked(self.find(request.at, **slugs), request.at, request.frame.paper)

    def find(self, at):
        """What the feed is of."""

    def title(self, asked):
        return f"{asked.paper.name}: {asked.thing}" if asked.thing else asked.paper.name

    def link(self, asked):
        return asked.thing.get_absolute_url() if asked.thing else "/"

    def description(self, asked):
        if asked.thing:
            return _("The newest of %(thing)s in %(paper)s") % {"thing": asked.thing, "paper": asked.paper.name}
        return asked.paper.description or asked.paper.tagline or asked.paper.name

    def rows(self, asked):
        """The editions of the feed, in order."""
        return Edition.objects.live(asked.at).newest()

    def items(self, asked):
        return self.rows(asked).for_cards()[:ITEMS]

    def item_title(self, edition):
        return edition.headline

    def item_description(self, edition):
        return edition.standfirst

    def item_link(self, edition):
        return edition.path

    def item_guid(self, edition):
        return f"article-{edition.article_id}"

    def item_author_name(self, edition):
        return ", ".join(author.name for author in edition.authors) or None

    def item_pubdate(self, edition):
        return edition.published_at

    def item_updateddate(self, edition):
        return edition.modified_at

    def item_categories(self, edition):
        return [edition.section.name]


class SectionFeed(PaperFeed):
    """The newest of one section."""

    def find(self, at, slug, child=None):
        if child:
            return get_object_or_404(Section.objects.with_parent(), slug=child, parent__slug=slug)
        return get_object_or_404(Section, slug=slug, parent=None)

    def rows(self, asked):
        rows = Edition.objects.live(asked.at).filter(section_rows__section=asked.thing)
        return rows.order_by("-section_rows__published_at", "-section_rows__edition_id")


class TagFeed(PaperFeed):
    """The newest under one tag."""

    def find(self, at, slug):
        live = Edition.objects.live(at).filter(tag_rows__tag=OuterRef("pk"))
        return get_object_or_404(Tag.objects.filter(Exists(live)), slug=slug)  # others are known to the desk alone

    def link(self, asked):
        return f"/topics/{asked.thing.slug}/"

    def rows(self, asked):
        rows = Edition.objects.live(asked.at).filter(tag_rows__tag=asked.thing)
        return rows.order_by("-tag_rows__published_at", "-tag_rows__edition_id")


class AuthorFeed(PaperFeed):
    """The newest by one author."""

    def find(self, at, slug):
        return get_object_or_404(Author, slug=slug)

    def rows(self, asked):
        rows = Edition.objects.live(asked.at).filter(bylines__author=asked.thing)
        return rows.order_by("-bylines__published_at", "-bylines__edition_id")
