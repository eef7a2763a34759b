"""Conversions of an unsaved form of an article: into a snapshot to compare and merge, and back into a form.

Nothing here writes to the database, or loads the rows that choices point at: a form with errors is read, too.
"""

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from articles.admin.article.corrections import CorrectionsField
from articles.admin.article.form import TagsField
from articles.admin.lists import number_in_address
from articles.folding import key as key_of
from articles.models import Article
from articles.models.copy import Copy
from ground.characters import normalise_html

NOT_TYPED = {"csrfmiddlewaretoken", "window", "page", "leaving", "recovered", "user", "version"}
LONGEST_NAME = 100  # of a field
MOST_BYLINES = 100
BYLINES = "bylines"  # the prefix of their rows in the form
COLUMNS = {field.name: field.attname for field in Copy._meta.local_fields}
ROWS = {"tags": "tags", "further_sections": "further_sections"}
EMPTY_ROWS: dict[str, list] = {"bylines": [], "further_sections": [], "tags": []}


def fields_of(post):
    """Return what was typed, as an autosave stores it: the list of values of each name, without buttons and tokens."""
    return {
        normalise_html(name)[:LONGEST_NAME]: [normalise_html(value) for value in values]
        for name, values in post.lists()
        if not name.startswith("_") and name not in NOT_TYPED
    }


def form_data(fields):
    """Return stored fields as a form that was sent."""
    data = QueryDict(mutable=True)
    for name, values in fields.items():
        data.setlist(name, values)
    return data


def snapshot_of_form(form_class, data, base):
    """Return the snapshot ``base`` as it would be once the form were saved; invalid values stand there as typed."""
    snapshot = dict(base)
    for name, field in form_class.base_fields.items():
        key = COLUMNS.get(name) or ROWS.get(name)
        if key in base and not field.disabled and not field.widget.value_omitted_from_data(data, {}, name):
            snapshot[key] = _value(field, field.widget.value_from_datadict(data, {}, name), base[key])
    snapshot["headline"] = " ".join(str(snapshot["headline"]).split())
    snapshot["slug"] = snapshot["slug"] or base["slug"]  # made from the headline when it is saved
    snapshot["bylines"] = bylines(data, base["bylines"])
    return snapshot


def texts_beside(form_class, data, article):
    """Return labels and texts of what was typed into fields that no snapshot holds: an embargo, a guest's name."""
    texts = []
    for name, field in form_class.base_fields.items():
        is_typed = isinstance(field, forms.CharField | forms.DateTimeField) and not field.widget.is_hidden
        if not is_typed or name in COLUMNS or name in ROWS or name not in data:
            continue
        typed = field.widget.value_from_datadict(data, {}, name) or ""
        if field.has_changed(getattr(article, name, None), typed):
            texts.append((field.label, str(typed) or "–"))
    return texts


def empty_snapshot():
    """Return the snapshot of an article that nobody has begun yet."""
    article = Article()
    return {name: getattr(article, name) for name in COLUMNS.values()} | {k: list(v) for k, v in EMPTY_ROWS.items()}


def _value(field, typed, was):
    if isinstance(field, forms.ModelMultipleChoiceField):
        return sorted({number_in_address(str(pk)) for pk in typed or []} - {0})
    if isinstance(field, forms.ModelChoiceField):
        return number_in_address(str(typed or "")) or None
    try:
        value = field.clean(typed)
    except ValidationError:
        return typed if isinstance(typed, type(was)) else was
    if isinstance(field, TagsField):
        spelled = {key_of(name): name for name in was}
        return sorted(spelled.get(key_of(name), name) for name in value)
    return value


def bylines(data, was):
    """Return the ids of the authors in the form's rows, in their order; ``was`` if the form has no rows."""
    if f"{BYLINES}-TOTAL_FORMS" not in data:
        return was
    rows = []
    for row in range(min(number_in_address(data[f"{BYLINES}-TOTAL_FORMS"]), MOST_BYLINES)):
        author = number_in_address(data.get(f"{BYLINES}-{row}-author"))
        if author and f"{BYLINES}-{row}-DELETE" not in data:
            rows.append((number_in_address(data.get(f"{BYLINES}-{row}-order")), row, author))
    return list(dict.fromkeys(author for _order, _row, author in sorted(rows)))


def not_read(form_class, data, base):
    """Return the keys of fields whose refused text no snapshot can hold, such as tags that are too long."""
    keys = set()
    for name, field in form_class.base_fields.items():
        key = COLUMNS.get(name) or ROWS.get(name)
        if key not in base or field.disabled or isinstance(field, forms.ModelChoiceField):
            continue
        typed = field.widget.value_from_datadict(data, {}, name)
        try:
            field.clean(typed)
        except ValidationError:
            keys |= set() if isinstance(typed, type(base[key])) else {key}
    return keys


def data_filled_in(form_class, data, snapshot, article, as_typed=()):
    """Return ``data`` with the form's fields filled in from ``snapshot``, except the keys in ``as_typed``."""
    data = data.copy()
    for name, field in form_class.base_fields.items():
        key = COLUMNS.get(name) or ROWS.get(name)
        if key in snapshot and key not in as_typed:
            _put(data, name, field, snapshot[key])
    put_bylines(data, snapshot["bylines"], article)
    return data


def _put(data, name, field, value):
    if isinstance(value, bool):
        data.pop(name, None)
        if value:
            data[name] = "on"
    elif isinstance(field, TagsField):
        data[name] = ", ".join(value)
    elif isinstance(field, CorrectionsField):
        for part in ("day", "text"):
            data.setlist(f"{name}-{part}", [str(row.get(part, "")) for row in value])
        data.pop(f"{name}-offered", None)
    elif isinstance(field, forms.ModelMultipleChoiceField):
        data.setlist(name, [str(pk) for pk in value])
    else:
        value = field.prepare_value(value)
        data[name] = "" if value is None else str(value)


def put_bylines(data, authors, article):
    """Replace the bylines in ``data`` by ``authors`` in their order, on the rows that ``article`` (or None) has now."""
    for name in [name for name in data if name.startswith(f"{BYLINES}-")]:
        del data[name]
    stored = list(article.bylines.order_by("order", "pk")) if article and article.pk else []
    row_count = max(len(stored), len(authors))
    counts = {"TOTAL_FORMS": row_count + 1, "INITIAL_FORMS": len(stored), "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000}
    for name, count in counts.items():
        data[f"{BYLINES}-{name}"] = str(count)
    for place in range(row_count + 1):
        row = stored[place] if place < len(stored) else None
        author = authors[place] if place < len(authors) else row and row.author_id
        values = {"id": row and row.pk, "article": article and article.pk, "author": author}
        values["order"] = place if author else 0
        for name, value in values.items():
            data[f"{BYLINES}-{place}-{name}"] = "" if value is None else str(value)
        if place >= len(authors) and row:
            data[f"{BYLINES}-{place}-DELETE"] = "on"
