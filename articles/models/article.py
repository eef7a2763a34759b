from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager
from taggit.models import ItemBase, Tag

from articles.models.author import Author
from articles.models.copy import Copy
from articles.models.edition import Edition
from articles.models.section import Section
from articles.text import ProseField


class ArticleQuerySet(models.QuerySet):
    def on_desk(self):
        """Return all articles except those in the trash."""
        return self.filter(trashed_at=None)

    def under_way(self):
        """Return articles whose working copy differs from every edition, so that the desk has something to do."""
        return self.filter(stage__in=Article.UNDER_WAY)  # by an index of stages, which an exclusion would not use

    def to_do(self):
        """Return articles under way, and ideas."""
        return self.filter(stage__in=[Article.Stage.IDEA, *Article.UNDER_WAY])

    def waiting(self):
        """Return articles that wait for an editor."""
        return self.filter(stage__in=[Article.Stage.IN_REVIEW, Article.Stage.READY])

    def with_unpublished_changes(self, at=None):
        """Return live articles whose working copy is newer than what readers see."""
        return self.under_way().live_with_readers(at)

    def live_with_readers(self, at=None):
        """Return live articles."""
        # Not Exists(), which PostgreSQL may answer by reading all editions at once.
        live = Edition.objects.live(at).filter(article=OuterRef("pk")).order_by().values("pk")[:1]
        return self.alias(is_live=Subquery(live)).filter(published_at__isnull=False, is_live__isnull=False)

    def scheduled_in_older_text(self, at=None):
        """Return articles scheduled with an older text than the desk has, or without something that readers have."""
        return self.filter(pk__in=Edition.objects.coming_in_older_text(at).order_by().values("article"))

    def with_state(self, at=None):
        """Return the articles with the annotations that lists of the desk show.

        They are ``live_since`` (when readers got what they have), ``next_live`` (a scheduled start), ``next_repeats``
        (since when readers have the scheduled text), ``was_live`` and ``coming_lacks`` (see lacking.py).
        """
        at = at or timezone.now()
        mine = Edition.objects.filter(article=OuterRef("pk"))
        return self.annotate(
            live_since=Subquery(mine.live(at).values_list(Coalesce("repeats_since", "live_from"))[:1]),
            next_live=Subquery(mine.filter(live_from__gt=at).order_by("live_from").values("live_from")[:1]),
            next_repeats=Subquery(mine.filter(live_from__gt=at).order_by("live_from").values("repeats_since")[:1]),
            coming_lacks=Subquery(
                mine.filter(live_from__gt=at, lacks__gt="").order_by("live_from").values("lacks")[:1]
            ),
            # Not Exists(), which PostgreSQL may answer by reading all editions at once.
            was_live=Subquery(mine.filter(live_until__lte=at).values("pk")[:1]),
        )


class Article(Copy):
    """An article: its identity, its stage on the desk, and the desk's working copy.

    Readers never see a field of this table; they see editions.
    """

    class Stage(models.TextChoices):
        IDEA = "idea", _("idea")  # nobody has begun to write: see models/idea.py
        DRAFT = "draft", _("draft")
        IN_REVIEW = "in_review", _("in review")
        READY = "ready", _("ready")
        PUBLISHED = "published", _("published")  # the working copy is what the newest edition says

    UNDER_WAY = [Stage.DRAFT, Stage.IN_REVIEW, Stage.READY]

    stage = models.CharField(_("stage"), max_length=10, choices=Stage, default=Stage.DRAFT, editable=False)
    sent_back_note = ProseField(_("sent back with the note"), blank=True, default="", editable=False)
    version = models.PositiveIntegerField(_("version"), default=0, editable=False)  # counts saves
    published_at = models.DateTimeField(_("first published"), null=True, editable=False)  # its day is in the address
    embargo_until = models.DateTimeField(
        _("embargo until"), null=True, blank=True, help_text=_("Before this time nobody can put the article live.")
    )
    further_sections = models.ManyToManyField(
        Section, verbose_name=_("further sections"), through="ArticleSection", related_name="+", blank=True
    )
    tags = TaggableManager(verbose_name=_("tags"), through="ArticleTag", blank=True, help_text="")
    based_at = models.DateTimeField(null=True, editable=False)  # of the readers' text it includes; None: the present
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="articles", null=True, editable=False
    )
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, editable=False)
    saved_at = models.DateTimeField(_("saved"), default=timezone.now, editable=False)

    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("assigned to"),
        related_name="assigned_articles",
        null=True,
        editable=False,
    )
    due_at = models.DateTimeField(_("due"), null=True, editable=False)  # of what is to be published next
    word_goal = models.PositiveIntegerField(_("word goal"), null=True, editable=False)  # None: nobody set one
    due_told_at = models.DateTimeField(null=True, editable=False)  # when the assignee was notified that it is due
    trashed_at = models.DateTimeField(_("put in the trash"), null=True, editable=False)
    trashed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, editable=False
    )

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["-saved_at", "-pk"]
        indexes = [
            models.Index(fields=["-saved_at", "-id"], include=["headline"], name="article_by_saved"),
            models.Index(fields=["stage", "-saved_at", "-id"], name="article_by_stage"),
            models.Index(fields=["section", "-saved_at", "-id"], name="article_by_section"),
            models.Index(fields=["kind", "-saved_at", "-id"], name="article_by_kind"),
            models.Index(fields=["saved_by", "-saved_at", "-id"], name="article_by_saver"),
            models.Index(fields=["-published_at", "-id"], name="article_by_published"),
            models.Index(fields=["language", "-saved_at", "-id"], name="article_by_language"),
            models.Index(
                fields=["assignee", "due_at"], name="article_by_assignee", condition=Q(assignee__isnull=False)
            ),
            models.Index(fields=["due_at"], name="article_by_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["embargo_until"], name="article_by_embargo", condition=Q(embargo_until__isnull=False)),
            models.Index(fields=["-trashed_at"], name="article_in_trash", condition=Q(trashed_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(stage__in=["idea", "draft", "in_review", "ready", "published"]),
                name="article_stage_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(headline=""),
                name="article_has_a_headline",
                violation_error_message=_("An article needs a headline."),
            ),
        ]

    def get_absolute_url(self):
        """Return its page on the desk: the form of an article, or the short form of an idea."""
        is_idea = self.__dict__.get("stage") == self.Stage.IDEA
        return reverse(f"admin:articles_{'idea' if is_idea else 'article'}_change", args=[self.pk])


class ArticleByline(models.Model):
    """An author's place above an article on the desk."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="bylines")
    author = models.ForeignKey(Author, models.PROTECT, verbose_name=_("author"), related_name="article_bylines")
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("byline")
        verbose_name_plural = _("bylines")
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint("article", "author", name="one_byline_an_author_and_article")]

    def __str__(self):
        return str(self.author)


class ArticleSection(models.Model):
    """A further section in which the desk wants an article to be listed."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="section_rows")
    section = models.ForeignKey(Section, models.PROTECT, verbose_name=_("section"), related_name="article_rows")

    class Meta:
        constraints = [models.UniqueConstraint("article", "section", name="one_row_a_section_and_article")]

    def __str__(self):
        return str(self.section)


class ArticleTag(ItemBase):
    """A tag of an article on the desk."""

    content_object = models.ForeignKey(Article, models.CASCADE, related_name="tag_rows")
    tag = models.ForeignKey(Tag, models.PROTECT, related_name="article_rows")

    class Meta:
        constraints = [models.UniqueConstraint("content_object", "tag", name="one_row_a_tag_and_article")]


class ArticleImage(models.Model):
    """A picture in the body of a working copy; it shows where a picture is used, and protects it from deletion."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="image_rows")
    image = models.ForeignKey("articles.Image", models.PROTECT, related_name="article_rows")

    class Meta:
        constraints = [models.UniqueConstraint("article", "image", name="one_row_an_image_and_article")]

    def __str__(self):
        return str(self.image)
