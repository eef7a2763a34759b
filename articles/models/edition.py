from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, router
from django.db.models import F, Prefetch, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag

from articles.body.markup import count_words
from articles.models.author import AUTHORS, Author
from articles.models.copy import Copy
from articles.models.image import Image
from articles.models.section import Section
from articles.text import ProseField
from ground.compiled_queries import fetch
from ground.times import FOR_EVER

if TYPE_CHECKING:
    from articles.models.placement import Placement

UNSEEN_OF_IMAGE = (
    "file former_key sha256 title caption licence licence_until wanted_cut uploaded_by uploaded_at"
).split()
# What cards show of a text, and feeds with its body; what is missing here costs a query a card, which tests notice.
SHOWN_IN_LISTS = {"headline", "kicker", "standfirst", "body", "section", "lead_image", "kind", "language"}
UNSEEN_OF_EDITION = [  # fields not shown on cards and in feeds
    *(field.name for field in Copy._meta.local_fields if field.name not in SHOWN_IN_LISTS),
    *("took_over", "cut_at", "cut_by", "withdrawn_by", "withdrawn_reason", "erased_at", "erased_by", "erased_reason"),
    *("based_at", "decided_at", "lacks", "repeats_since", "planned", "called_update"),
]
UNSEEN = [
    *UNSEEN_OF_EDITION,
    *("section__description", "section__parent__description"),
    *(f"lead_image__{name}" for name in UNSEEN_OF_IMAGE),
]
IS_AUTHOR = 2  # the kind of a row of TOPICS


# An edition's further sections, tags and authors as rows of one kind: every article's page needs them.
TOPICS = """
SELECT 0, section."order", section.name, section.slug, parent.slug, section.id
FROM articles_editionsection listed JOIN articles_section section ON section.id = listed.section_id
LEFT JOIN articles_section parent ON parent.id = section.parent_id
WHERE listed.edition_id = %s AND listed.is_further
UNION ALL
SELECT 1, 0, tag.name, tag.slug, '', tag.id
FROM articles_editiontag tagged JOIN taggit_tag tag ON tag.id = tagged.tag_id
WHERE tagged.edition_id = %s
UNION ALL
SELECT 2, byline."order", '', '', '', byline.author_id
FROM articles_editionbyline byline WHERE byline.edition_id = %s
"""


class JoinedLines(models.Aggregate):
    """An aggregate that joins texts of many rows, one per line, on either database."""

    function = "STRING_AGG"
    template = "%(function)s(%(expressions)s, CHR(10))"
    output_field = models.TextField()

    def as_sqlite(self, compiler, connection, **more):
        return self.as_sql(
            compiler, connection, function="GROUP_CONCAT", template="%(function)s(%(expressions)s, CHAR(10))", **more
        )


class EditionQuerySet(models.QuerySet["Edition"]):
    def live(self, at=None):
        """Return the editions that readers see at ``at`` (now): started, and not yet ended."""
        at = at or timezone.now()
        return self.filter(live_from__lte=at, live_until__gt=at)

    def coming_in_older_text(self, at=None):
        """Return scheduled editions with an older text than the desk has, or without something that readers have."""
        older = Q(lacks__gt="") | ~Q(article__stage="published")
        return self.filter(older, live_from__gt=at or timezone.now(), article__trashed_at=None)

    def for_cards(self):
        """Return editions with all that ``_card.html`` shows, in two queries for any number of rows."""
        return self.for_bare_cards().with_bylines()

    def for_bare_cards(self):
        """Return editions with all that ``_card.html`` shows except bylines, which ``load_bylines`` adds."""
        return self.with_furniture().defer("body", *UNSEEN)

    def with_furniture(self):
        """Return editions with section and lead picture."""
        return self.select_related("section__parent", "lead_image")

    def with_names_of_topics(self):
        """Return editions with the names of their further sections and of their tags, one per line."""
        of_one = {"edition": models.OuterRef("pk")}
        further = EditionSection.objects.filter(**of_one, is_further=True).values("edition")
        tags = EditionTag.objects.filter(**of_one).values("edition")
        return self.annotate(
            further_names=models.Subquery(further.annotate(names=JoinedLines("section__name")).values("names")),
            tag_names=models.Subquery(tags.annotate(names=JoinedLines("tag__name")).values("names")),
        )

    def for_page(self):
        """Return editions with section, picture and bylines, for an article's page."""
        return self.with_furniture().with_bylines()

    def with_bylines(self):
        bylines = EditionByline.objects.select_related("author__picture")
        return self.prefetch_related(Prefetch("bylines", bylines))

    def listed_by(self, rows, **of):
        """Return the editions that ``rows`` (section_rows, tag_rows, bylines) list under one object, the newest first.

        They are read by the index of those rows; ``of`` are lookups of the rows, like ``section=…`` and bounds of
        ``published_at``.
        """
        editions = self.filter(**{f"{rows}__{name}": value for name, value in of.items()})
        return editions.order_by(f"-{rows}__published_at", f"-{rows}__edition_id")

    def walked_by(self, rows, part, **of):
        """Return the slice ``part`` of ``listed_by``, found by walking the rows' index until there are enough.

        Whether an edition matches is looked up row by row, so that PostgreSQL has no other plan. A plan for the average
        tag would read thousands of rows for a tag that every other article has.
        """
        among_these = self.filter(pk=models.OuterRef("edition_id")).order_by().values("pk")
        listing = LISTINGS[rows]._default_manager
        listing_rows = listing.alias(found=models.Subquery(among_these)).filter(found__isnull=False, **of)
        keys = listing_rows.order_by("-published_at", "-edition_id").values("edition_id")[part]
        return self.model.objects.filter(pk__in=keys).newest()

    def newest(self):
        return self.order_by("-published_at", "-pk")


class Edition(Copy):
    """An article as readers see it, from ``live_from`` until ``live_until``; never edited.

    Only ``workflow`` writes it. Its end may change later, and its text may be erased on a court order or a privacy
    claim, which leaves a note by whom, when and why.
    """

    is_frozen = True

    article = models.ForeignKey("articles.Article", models.PROTECT, related_name="editions")
    path = models.CharField(_("address"), max_length=255)
    published_at = models.DateTimeField(_("published"))  # the article's first publication
    live_from = models.DateTimeField(_("live from"))
    live_until = models.DateTimeField(_("live until"), default=FOR_EVER)
    took_over = models.BooleanField(default=False)  # it ended the one before, which goes on if this is cancelled
    revised_at = models.DateTimeField(
        _("updated"), null=True
    )  # start of the last update that readers are told of, or None
    called_update = models.BooleanField(default=False, db_default=False)  # by an editor, even if readers aren't told
    corrected_at = models.DateTimeField(null=True)  # start of the last edition with another correction, or None
    card = models.CharField(max_length=120, blank=True, default="", db_default="")  # the drawn picture's name
    cut_at = models.DateTimeField(_("cut"), default=timezone.now)
    cut_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("cut by"), related_name="+", null=True
    )
    based_at = models.DateTimeField(null=True)  # of the readers' text that it includes, if that is not ``cut_at``
    decided_at = models.DateTimeField(null=True)  # when somebody last confirmed that it goes out as it is
    lacks = models.TextField(default="", db_default="", blank=True)  # see lacking.py
    repeats_since = models.DateTimeField(null=True)  # since when readers have this very text, if since before its start
    planned = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField()), blank=True
    )  # of a withdrawn edition: its end and the editions that were scheduled
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    withdrawn_reason = ProseField(_("reason for withdrawal"), blank=True)  # readers see it
    erased_at = models.DateTimeField(_("erased"), null=True)
    erased_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    erased_reason = ProseField(_("reason for erasing"), blank=True)
    sections = models.ManyToManyField(Section, through="EditionSection", related_name="listed_editions")
    tags = models.ManyToManyField(Tag, through="EditionTag", related_name="editions")

    here: "Placement | None" = (
        None  # the placement that shows it at its present place on a page, with its own words and picture
    )

    loaded_authors: list[Author] | None = None  # by topics()
    loaded_topics: list[dict] | None = None
    authors_in_list: Callable[[int], list[Author]] | None = None  # of an edition, by its number

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["-published_at", "-pk"]
        default_permissions = ["view"]
        indexes = [
            models.Index(fields=["-published_at", "-id"], name="edition_by_published"),
            models.Index(fields=["section", "-published_at", "-id"], name="edition_by_section"),
            models.Index(fields=["path"], name="edition_by_path"),
            models.Index(fields=["cut_by", "-id"], name="edition_by_cutter"),
            models.Index(fields=["live_from"], name="edition_by_start"),
            models.Index(fields=["live_until"], name="edition_by_end"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(live_until__gt=F("live_from")), name="edition_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(published_at__lte=F("live_from")), name="edition_is_not_before_first"),
            models.CheckConstraint(condition=Q(section__isnull=False), name="edition_has_a_section"),
            models.CheckConstraint(condition=Q(path__startswith="/"), name="edition_has_a_path"),
            models.UniqueConstraint("article", "live_from", name="one_edition_an_article_and_start"),
            models.UniqueConstraint("article", condition=Q(live_until=FOR_EVER), name="one_open_edition_an_article"),
            models.UniqueConstraint("path", condition=Q(live_until=FOR_EVER), name="one_open_edition_a_path"),
        ]

    def get_absolute_url(self):
        return self.path

    @cached_property
    def words(self) -> int:
        """The number of words in the body, without footnotes; counted once, as it never changes."""
        return count_words(self.body)

    @property
    def authors(self) -> list[Author]:
        """The authors, in order of their bylines."""
        if self.loaded_authors is not None:
            return self.loaded_authors
        if self.authors_in_list is not None:
            return self.authors_in_list(self.pk)
        return [byline.author for byline in self.bylines.all()]

    @property
    def headline_here(self) -> str:
        return (self.here and self.here.headline) or self.headline

    @property
    def kicker_here(self) -> str:
        return (self.here and self.here.kicker) or self.kicker

    @property
    def image_here(self) -> Image | None:
        return (self.here and self.here.image) or self.lead_image

    @property
    def crop_here(self) -> str:
        return self.here.crop if self.here else ""

    @property
    def updated_at(self) -> datetime | None:
        """When an editor last told readers of a significant update; None before the first."""
        return self.revised_at if self.revised_at and self.revised_at > self.published_at else None

    @property
    def modified_at(self) -> datetime:
        """When it was last published, updated or corrected, for machines, which always need a time."""
        return max(filter(None, [self.published_at, self.revised_at, self.corrected_at]))

    @property
    def has_since(self) -> datetime:
        """Since when readers have this text, including earlier editions with the same one."""
        return self.repeats_since or self.live_from

    @property
    def top_section(self) -> Section:
        """The edition's top-level section: its own, or the parent of its own."""
        assert self.section  # noqa: S101 - the constraint edition_has_a_section
        return self.section.parent or self.section

    def topics(self) -> list[dict]:
        """Return its further sections and tags, each with ``name``, ``url``, ``pk`` and ``is_tag``; also loads its
        authors.
        """
        if self.loaded_topics is not None:
            return self.loaded_topics
        rows = sorted(fetch(router.db_for_read(type(self)), TOPICS, [self.pk] * 3), key=lambda row: row[:3])
        authors = [pk for kind, *_rest, pk in rows if kind == IS_AUTHOR]
        authors_by_pk = AUTHORS.shared(authors)
        self.loaded_authors = [authors_by_pk[pk] for pk in authors]
        self.loaded_topics = [
            {"name": name, "url": _topic_url(kind, slug, parent), "pk": pk, "is_tag": bool(kind)}
            for kind, _order, name, slug, parent, pk in rows
            if kind != IS_AUTHOR
        ]
        return self.loaded_topics


def _topic_url(kind: int, slug: str, parent: str | None) -> str:
    if kind:
        return f"/topics/{slug}/"
    return f"/{parent}/{slug}/" if parent else f"/{slug}/"


class Address(models.Model):
    """A path that belongs to one article: an edition of it is, was or will be there. No two articles share one."""

    path = models.CharField(_("address"), max_length=255, unique=True)
    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="addresses")

    def __str__(self):
        return self.path


class EditionByline(models.Model):
    """An author's place above an edition, with the time by which an author's list is sorted."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="bylines")
    author = models.ForeignKey(Author, models.PROTECT, related_name="edition_bylines")
    order = models.PositiveSmallIntegerField()
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["order", "pk"]
        indexes = [models.Index(fields=["author", "-published_at"], name="editionbyline_newest")]
        constraints = [models.UniqueConstraint("edition", "author", name="one_byline_an_author_and_edition")]

    def __str__(self):
        return str(self.author)


class EditionSection(models.Model):
    """A section in which an edition is listed: its own, further ones, and their parents."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="section_rows")
    section = models.ForeignKey(Section, models.PROTECT, related_name="edition_listings")
    is_further = models.BooleanField(default=False)  # the desk chose it besides the edition's own section
    published_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["section", "-published_at"], name="editionsection_newest")]
        constraints = [models.UniqueConstraint("edition", "section", name="one_row_a_section_and_edition")]

    def __str__(self):
        return str(self.section)


class EditionTag(models.Model):
    """A tag of an edition, with the time by which a tag's list is sorted."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="tag_rows")
    tag = models.ForeignKey(Tag, models.PROTECT, related_name="edition_rows")
    published_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["tag", "-published_at"], name="editiontag_newest")]
        constraints = [models.UniqueConstraint("edition", "tag", name="one_row_a_tag_and_edition")]

    def __str__(self):
        return str(self.tag)


LISTINGS: dict[str, type[models.Model]] = {  # rows that list editions, by the relation from an edition
    "section_rows": EditionSection,
    "tag_rows": EditionTag,
    "bylines": EditionByline,
}


class EditionImage(models.Model):
    """A picture in the body of an edition; a picture that readers saw is never deleted."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="image_rows")
    image = models.ForeignKey("articles.Image", models.PROTECT, related_name="edition_rows")

    class Meta:
        constraints = [models.UniqueConstraint("edition", "image", name="one_row_an_image_and_edition")]

    def __str__(self):
        return str(self.image)


class EditionCorrectionQuerySet(models.QuerySet):
    def live(self, at=None):
        """Return the corrections of editions that readers see at ``at`` (now)."""
        at = at or timezone.now()
        return self.filter(edition__live_from__lte=at, edition__live_until__gt=at)

    def for_list(self):
        """Return corrections with what their list shows of each edition, in one query."""
        unused = ["body", "standfirst", "corrections", "dated_corrections"]
        return self.select_related("edition__section__parent").defer(*(f"edition__{name}" for name in unused))


class EditionCorrection(models.Model):
    """A dated correction of an edition, for the list of all corrections; the edition has the same text."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="correction_rows")
    day = models.DateField(_("day"))
    text = ProseField(_("text"))

    objects = EditionCorrectionQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-pk"]
        indexes = [models.Index(fields=["-day", "-id"], name="editioncorrection_newest")]

    def __str__(self):
        return f"{self.day}: {self.text}"
