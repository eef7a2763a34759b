"""Dated corrections as an article's form takes them: rows of a day and a text."""

from datetime import date
from itertools import zip_longest

from django import forms
from django.core.exceptions import ValidationError
from django.forms.widgets import Script
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin.times import check_year
from ground.characters import normalise

MOST = 20
LONGEST = 1000
EMPTY_ROWS = 2  # offered below those there are; desk-corrections.js adds more


class CorrectionsInput(forms.Widget):
    """Rows of two fields; all days have one name, and all texts another.

    A new row begins with today. It says so in a field of its own, so that a row left as it was offered stays empty,
    even if its day is yesterday by the time it is sent.
    """

    use_fieldset = True

    class Media:
        css = {"all": ["css/desk-corrections.css"]}
        js = [Script("js/desk-corrections.js", type="module")]

    def value_from_datadict(self, data, files, name):
        """Return what was typed, row by row; None if the form had no such rows."""
        if self.value_omitted_from_data(data, files, name):
            return None
        columns = [_list(data, f"{name}-{part}") for part in ("day", "text", "offered")]
        days, texts, _offered = columns
        filled = zip_longest(*columns, fillvalue="")
        rows = list(filled)[: max(len(days), len(texts))]
        return [
            {"day": "" if not text.strip() and day == offered else day, "text": text} for day, text, offered in rows
        ]

    def value_omitted_from_data(self, data, files, name):
        return f"{name}-day" not in data and f"{name}-text" not in data

    def id_for_label(self, id_):
        return ""  # the rows have names of their own

    def render(self, name, value, attrs=None, renderer=None):
        today = timezone.localdate().isoformat()
        typed = list(value or [])
        while typed and not _is_filled(typed[-1]):
            typed.pop()
        rows = [row if _is_filled(row) else _new_row(today) for row in typed]
        rows += [_new_row(today) for _row in range(EMPTY_ROWS)]
        context = {
            "name": name,
            "id": (attrs or {}).get("id", f"id_{name}"),
            "rows": rows,
            "today": today,
            "longest": LONGEST,
            "lang": self.attrs.get("lang", ""),
            "dir": self.attrs.get("dir", ""),
        }
        return render_to_string("admin/articles/article/_corrections.html", context)


class CorrectionsField(forms.Field):
    """The corrections as they are stored: the oldest first, each ``{"day": "2025-12-08", "text": "…"}``."""

    widget = CorrectionsInput

    def clean(self, value):
        typed = [(place, row) for place, row in enumerate(value or [], start=1) if _is_filled(row)]
        if len(typed) > MOST:
            raise ValidationError(_("At most %(most)d corrections."), params={"most": MOST})
        corrections, errors = [], []
        for place, row in typed:
            try:
                corrections.append({"day": _day(row["day"]), "text": _text(row["text"])})
            except ValidationError as error:
                params = {"place": place, "error": " ".join(error.messages)}
                errors.append(ValidationError(_("Correction %(place)s: %(error)s"), params=params))
        if errors:
            raise ValidationError(errors)
        return sorted(corrections, key=lambda correction: correction["day"])

    def has_changed(self, initial, data):
        if self.disabled or data is None:
            return False
        try:
            return self.clean(data) != (initial or [])
        except ValidationError:
            return True


def read_only_corrections(corrections):
    """Return ``corrections`` as HTML for people who may not edit them."""
    rows = ((date_format(date.fromisoformat(correction["day"])), correction["text"]) for correction in corrections)
    return format_html("<dl>{}</dl>", format_html_join("", "<dt>{}</dt><dd>{}</dd>", rows)) if corrections else ""


def _list(data, name):
    sent = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
    return [str(value) for value in (sent if isinstance(sent, list) else [sent])]


def _new_row(today):
    return {"day": today, "text": "", "offered": today}


def _is_filled(row):
    return bool(row["day"].strip() or row["text"].strip())


def _day(typed):
    """Return the typed day in ISO format; raise ``ValidationError`` if it is none, or in the future."""
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError:
        raise ValidationError(_("choose the day on which it was corrected.")) from None
    check_year(day)
    if day > timezone.localdate():
        raise ValidationError(_("the day lies in the future."))
    return day.isoformat()


def _text(typed):
    text = normalise(typed).strip()
    if not text:
        raise ValidationError(_("say what was wrong, and what is right."))
    if len(text) > LONGEST:
        raise ValidationError(
            _("%(length)d characters are too many; %(most)d are the most.") % {"length": len(text), "most": LONGEST}
        )
    return text


HELP = gettext_lazy(
    "Readers see each with its day below the article, and on the paper’s page of corrections. To take one out, empty "
    "its day and its text."
)
