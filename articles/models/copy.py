from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_prose_editor.fields import ProseEditorField

from articles.body.markup import DEEPEST, EDITOR, LONGEST, clean, count_words, is_too_deep, plain_text
from articles.body.references import thaw_rates
from articles.models.language import LanguageField
from articles.text import LineField, NormalJSONField, ProseField, SlugText

UNREAD = {  # columns of a text that change nothing on its page
    *("slug", "seo_title", "seo_description", "social_title", "social_description", "off_front", "noindex"),
    "translation_of_id",
}


class Kind(models.TextChoices):
    NEWS = "news", _("news")
    BRIEF = "brief", _("brief")
    ANALYSIS = "analysis", _("analysis")
    OPINION = "opinion", _("opinion")
    FEATURE = "feature", _("feature")
    INTERVIEW = "interview", _("interview")
    EXPLAINER = "explainer", _("explainer")


def validate_body(html: str) -> None:
    """Refuse a body that would be too slow to clean, before it is cleaned; form fields do so in ``clean()``."""
    if len(html) > LONGEST:
        message = _("The text has %(length)d characters with its formatting; %(most)d are the most.")
        raise ValidationError(message, params={"length": len(html), "most": LONGEST})
    if is_too_deep(html):
        message = _("Lists, quotes or tables lie more than %(most)d deep within each other. Take some of them apart.")
        raise ValidationError(message, params={"most": DEEPEST})


class BodyField(ProseEditorField):
    """An article's HTML, cleaned whenever it is stored, not only by forms."""

    default_validators = [validate_body]

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("extensions", EDITOR)
        kwargs.setdefault("sanitize", clean)
        super().__init__(*args, **kwargs)

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return clean(value) if isinstance(value, str) else value

    def pre_save(self, instance, add):
        value = clean(super().pre_save(instance, add) or "")
        value = value if instance.is_frozen else thaw_rates(value)
        setattr(instance, self.attname, value)
        return value


class Copy(models.Model):
    """The fields that the desk's working copy and the readers' edition share; publishing copies every one.

    Bylines, further sections and tags are shared too, as rows of their own: see ``Article`` and ``Edition``.
    """

    is_frozen = False  # True for an edition: its rates are fixed, see references.py

    headline = LineField(_("headline"), max_length=200)
    slug = SlugText(
        _("slug"),
        max_length=80,
        blank=True,
        help_text=_("The words in the address; made from the headline when left empty."),
    )
    kicker = LineField(_("kicker"), max_length=60, blank=True, help_text=_("One to three words above the headline."))
    standfirst = ProseField(
        _("standfirst"), max_length=400, blank=True, help_text=_("A sentence that says why to read on.")
    )
    body = BodyField(_("body"), blank=True)
    section = models.ForeignKey(
        "articles.Section",
        models.PROTECT,
        verbose_name=_("section"),
        related_name="%(class)ss",
        null=True,
        blank=True,
    )
    lead_image = models.ForeignKey(
        "articles.Image", models.PROTECT, verbose_name=_("lead image"), related_name="%(class)ss", null=True, blank=True
    )
    lead_caption = LineField(
        _("caption"), max_length=400, blank=True, help_text=_("The picture's own caption is used when left empty.")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.NEWS)
    dateline = LineField(_("dateline"), max_length=80, blank=True, help_text=_("Where it was reported from."))
    language = LanguageField()
    translation_of = models.ForeignKey(
        "articles.Article",
        models.DO_NOTHING,  # the number stays when the article goes, so that its other translations stay linked
        verbose_name=_("translation of"),
        related_name="%(class)s_translations",
        null=True,
        blank=True,
        db_constraint=False,
        help_text=_("The article whose text this is in another language. Its other translations are linked, too."),
    )
    seo_title = LineField(_("title for search engines"), max_length=120, blank=True)
    seo_description = LineField(_("description for search engines"), max_length=200, blank=True)
    social_title = LineField(_("title for social networks"), max_length=120, blank=True)
    social_description = LineField(_("description for social networks"), max_length=200, blank=True)
    corrections = ProseField(
        _("corrections"), blank=True, help_text=_("What was wrong and when it was put right; readers see it.")
    )  # without days, from before there were dated ones; shown for as long as an article has it
    dated_corrections = NormalJSONField(
        _("corrections"), default=list, db_default=models.Value([], models.JSONField()), blank=True
    )  # [{"day": "2025-12-08", "text": "…"}, …], the oldest first
    related = models.JSONField(
        _("what to read next"),
        default=list,
        db_default=models.Value([], models.JSONField()),
        blank=True,
        help_text=_("They stand before those that are found by tags and sections."),
    )  # numbers of articles, in order: picks.py
    off_front = models.BooleanField(
        _("keep off the front page"), default=False, help_text=_("It appears there only when placed by hand.")
    )
    noindex = models.BooleanField(_("hide from search engines"), default=False)

    class Meta:
        abstract = True

    def __str__(self):
        return self.headline

    @property
    def days_of_corrections(self) -> list[tuple[date, str]]:
        """The dated corrections as days and texts, the newest first."""
        return [
            (date.fromisoformat(correction["day"]), correction["text"])
            for correction in reversed(self.dated_corrections)
        ]

    @property
    def words(self) -> int:
        """The number of words in the body, without footnotes."""
        return count_words(self.body)

    @property
    def reading_minutes(self) -> int:
        """Minutes to read the body at 230 words a minute (Brysbaert 2019: 238 for English non-fiction); 0 if it is
        empty.
        """
        words = self.words
        return max(1, (words + 115) // 230) if words else 0  # half a minute is rounded up, as in editor-desk.js


TEXT_FIELDS = [  # the names of all with text that people type; the slug is an address
    *(field.name for field in Copy._meta.local_fields if isinstance(field, LineField | ProseField | BodyField)),
    "dated_corrections",
]


def shared_values(copy: Copy) -> dict:
    """Return the value of every field of ``Copy`` in ``copy``, by column, ready to create another row."""
    return {field.attname: getattr(copy, field.attname) for field in Copy._meta.local_fields}


def texts_by_field(copy: Copy) -> dict[str, str]:
    """Return every text that people type into ``copy``, as plain text, by the name of its field."""
    dated = "\n".join(correction["text"] for correction in copy.dated_corrections)
    plain = {"body": plain_text(copy.body), "dated_corrections": dated}
    return {name: getattr(copy, name) for name in TEXT_FIELDS} | plain
