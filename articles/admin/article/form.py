"""The form of an article: its working copy, and the version that was loaded."""

from copy import copy

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms.formsets import DELETION_FIELD_NAME
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from articles.admin.article.corrections import HELP, CorrectionsField
from articles.admin.article.guests import GuestFields
from articles.admin.article.picks_field import PicksField
from articles.admin.desk import KnownRowField, RowField, RowsChoice, RowsField
from articles.admin.headed import HeadedForm
from articles.admin.lists import number_in_address
from articles.admin.times import time_with_zone
from articles.desk import roles, translations
from articles.desk.workflow.working_copy import MOST_TAGS
from articles.folding import key as key_of
from articles.languages import direction
from articles.models import Article, ArticleByline, ArticleTag, Author, Section, tag_key
from articles.models.copy import TEXT_FIELDS
from articles.text import make_slug
from ground.characters import normalise

LONG = {"headline": 110, "standfirst": 160}  # characters; beyond them search engines and phones cut
LONGEST_TAG = 100


class TagsInput(forms.TextInput):
    """Names of tags with commas between them; ``admin-tags.js`` offers existing ones while somebody types."""

    def __init__(self, attrs=None):
        offered = {
            "data-tags": reverse_lazy("admin:taggit_tag_names"),
            "data-new": _("New tag: “%s”"),
            "data-remove": _("Remove the tag %s"),
            "autocomplete": "off",
        }
        super().__init__({"class": "vTextField", **offered, **(attrs or {})})

    def format_value(self, value):
        return value if isinstance(value, str) else ", ".join(str(tag) for tag in value or [])  # tags, or names


class TagsField(forms.CharField):
    """Names of tags; new tags are made when the article is saved."""

    widget = TagsInput

    def clean(self, value):
        names: dict[str, str] = {}
        for name in normalise(super().clean(value)).replace(";", ",").split(","):
            name = " ".join(name.split())
            if name:
                names.setdefault(key_of(name), check_tag(name))
        if len(names) > MOST_TAGS:
            raise ValidationError(_("At most %(most)d tags."), params={"most": MOST_TAGS})
        return list(names.values())

    def has_changed(self, initial, data):
        now = {key_of(name) for name in (data or "").replace(";", ",").split(",")} - {""}
        return not self.disabled and now != {key_of(tag.name) for tag in initial or []}


def check_tag(name):
    """Return ``name`` if it can be a tag's; raise ``ValidationError`` otherwise."""
    if len(name) > LONGEST_TAG:
        raise ValidationError(_("“%(name)s…” is too long for a tag."), params={"name": name[:40]})
    if not any(letter.isalnum() for letter in key_of(name)):
        raise ValidationError(_("The tag “%(name)s” has neither a letter nor a digit."), params={"name": name})
    return name


def set_tags(article, names):
    """Make ``names`` the tags of ``article``, and new tags where they don't exist; many names take no more queries."""
    tag_ids = {tag.pk for tag in tag_key.get_or_make(names)}
    stored_ids = set(article.tag_rows.values_list("tag_id", flat=True))
    if removed_ids := stored_ids - tag_ids:
        article.tag_rows.filter(tag_id__in=removed_ids).delete()
    ArticleTag.objects.bulk_create(
        ArticleTag(content_object=article, tag_id=tag) for tag in sorted(tag_ids - stored_ids)
    )


class SectionsChoice(RowsChoice):
    """A choice of sections without the button that clears everything, which breaks the list for screen readers."""

    def build_attrs(self, base_attrs, extra_attrs=None):
        return super().build_attrs(base_attrs, extra_attrs) | {"data-allow-clear": "false"}


class TranslationField(RowField):
    """The choice of an article. One that is gone can't be shown, so its number stays until another is chosen."""

    def has_changed(self, initial, data):
        if data or not initial:
            return super().has_changed(initial, data)
        return not self.disabled and Article.objects.filter(pk=initial).exists()


class ArticleForm(GuestFields, HeadedForm):
    """The working copy as a form. It refuses to save over a version that is not the one it was loaded with."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    tags = TagsField(label=_("Tags"), required=False, help_text=_("With commas between them."))
    further_sections = RowsField(
        Section.objects.all(),
        label=_("Further sections"),
        required=False,
        widget=SectionsChoice(Article._meta.get_field("further_sections"), admin.site),
        help_text=_("The article is listed there too, like the countries it is about."),
    )

    related = PicksField(
        label=_("What to read next"),
        required=False,
        help_text=_("They stand before those that are found by tags and sections."),
    )
    dated_corrections = CorrectionsField(label=_("Corrections"), required=False, help_text=HELP)

    class Meta:
        widgets = {
            "headline": forms.Textarea({"rows": 1, "placeholder": _("Headline")}),
            "standfirst": forms.Textarea({"rows": 2, "placeholder": _("Standfirst")}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.newer = None  # the article, when somebody saved it since this form was loaded
        if self.instance.pk:
            self.initial["version"] = self.instance.version
        language = (self["language"].value() if "language" in self.fields else "") or self.instance.language
        for name in self.fields.keys() & TEXT_FIELDS:
            self.fields[name].widget.attrs |= {"lang": language, "dir": direction(language)}
        for name in LONG.keys() & self.fields.keys():
            attrs = {"data-most": LONG[name], "data-counted": _("%s of %s characters"), "data-over": _("%s too many")}
            self.fields[name].widget.attrs |= attrs
        first = self.instance.published_at
        if "embargo_until" in self.fields and first and first <= timezone.now():
            self.fields["embargo_until"].help_text = _(
                "What was published stays as it is. Before this time nobody can put a newer text live."
            )
        if self.instance.pk is None and "headline" in self.fields:
            self.fields["headline"].widget.attrs["autofocus"] = True

    def clean_embargo_until(self):
        """Let only a chief editor shorten an embargo, and nobody set one that a scheduled edition would break."""
        typed, stored = self.cleaned_data["embargo_until"], self.instance.embargo_until
        if typed == (stored and stored.replace(second=0, microsecond=0)):
            return stored  # the field shows minutes
        if self._shortens_embargo(typed, stored) and not roles.may(self.user, "lift_embargo", self.instance):
            text = _("The embargo lasts until %(time)s: only a chief editor lifts or shortens it.")
            raise ValidationError(text, params={"time": time_with_zone(stored)})
        if typed and (edition := self._scheduled_before(typed)):
            text = _("It is scheduled for %(time)s, before this embargo ends: cancel or move the schedule first.")
            raise ValidationError(text, params={"time": time_with_zone(edition.live_from)})
        return typed

    def _shortens_embargo(self, typed, stored):
        return stored is not None and stored > timezone.now() and (typed is None or typed < stored)

    def _scheduled_before(self, moment):
        if self.instance.pk is None:
            return None
        scheduled = self.instance.editions.filter(live_from__gt=timezone.now(), live_from__lt=moment)
        return scheduled.order_by("live_from").first()

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("slug") and cleaned.get("headline"):
            cleaned["slug"] = make_slug(cleaned["headline"])
        self._link_translations(cleaned)
        if self.instance.pk:
            self._refuse_other_version(cleaned.get("version"))
        return cleaned

    def _link_translations(self, cleaned):
        """Name the first of all translations, whichever of them was chosen; refuse two in one language."""
        chosen, linked = cleaned.pop("translation_of", None), copy(self.instance)
        linked.language = cleaned.get("language", linked.language)
        changed_fields = {"translation_of", "language"} & set(self.changed_data)
        if not changed_fields or "translation_of" in self.errors:
            return
        try:
            if "translation_of" in changed_fields:
                linked.translation_of_id = chosen and translations.first_among(self.instance, chosen)
            translations.check_languages(linked)
        except ValidationError as error:
            self.add_error("translation_of", error)
        else:
            self.instance.translation_of_id = linked.translation_of_id

    def save(self, commit=True):
        """Store the article with its further sections and tags, whatever ``commit`` says, and return it."""
        names = self.cleaned_data.pop("tags")  # taggit would ask for each by itself
        article = super().save()
        self.cleaned_data["tags"] = names
        set_tags(article, names)
        return article

    def _refuse_other_version(self, loaded):
        if str(self.instance.version) in {str(loaded), self.data.get("_overwrite")}:
            return
        self.newer = {"version": self.instance.version, "by": self.instance.saved_by, "at": self.instance.saved_at}
        raise ValidationError(
            _("Somebody saved this article after you opened it. Nothing of yours is lost: it is all in this form."),
            code="newer",
        )


class BylineForm(forms.ModelForm):
    """A byline of an article; the rows are checked together, as two authors may change places."""

    def validate_constraints(self):
        pass


class BylineFormSet(forms.BaseInlineFormSet):
    """The bylines of an article: no author twice."""

    @cached_property
    def stored_rows(self) -> dict[str, ArticleByline]:
        """The article's bylines, by their numbers as text."""
        return {str(row.pk): row for row in self.get_queryset()}

    @cached_property
    def authors_sent(self) -> dict[str, Author]:
        """The authors that the sent rows name, by their numbers as text, read at once."""
        sent = (self.data.get(f"{self.add_prefix(row)}-author", "") for row in range(self.total_form_count()))
        numbers = {number for text in sent if (number := number_in_address(str(text)))}
        return {str(pk): author for pk, author in Author.objects.in_bulk(numbers).items()}

    def add_fields(self, form, index):
        """Label the fields for people who don't see the table's head."""
        super().add_fields(form, index)
        if "author" in form.fields:
            form.fields["author"].known_rows = self.authors_sent
        byline = form.fields["id"]
        form.fields["id"] = KnownRowField(byline.queryset, initial=byline.initial, required=False, widget=byline.widget)
        form.fields["id"].known_rows = self.stored_rows
        for field in form.fields.values():
            getattr(field.widget, "widget", field.widget).attrs["aria-label"] = field.label

    def clean(self):
        super().clean()
        authors = set()
        for form in self.forms:
            author = getattr(form, "cleaned_data", {}).get("author")
            if author is None or form.cleaned_data.get(DELETION_FIELD_NAME):
                continue
            if author in authors:
                raise ValidationError(_("%(author)s has two bylines here."), params={"author": author})
            authors.add(author)

    def save(self, commit=True):
        """Delete the changed rows and insert them anew, so that two authors may change places; return them."""
        rows = super().save(commit=False)
        changed_ids = [row.pk for row in [*rows, *self.deleted_objects] if row.pk]
        again = Q(article=self.instance, author__in=[row.author_id for row in rows])  # added by somebody else meanwhile
        ArticleByline.objects.filter(Q(pk__in=changed_ids) | again).delete()
        for row in rows:
            row.save(force_insert=True)
        return rows
