"""A placement in the board's form: a row of fields, numbered in the order of the arrangement."""

from django import forms
from django.utils.translation import gettext_lazy as _

from articles.admin.board.state import drawn_time
from articles.admin.choices import choice_field
from articles.admin.lists import number_in_address
from articles.admin.times import TimeField
from articles.desk import boards
from articles.models import Article, Placement
from ground.times import FOR_EVER

MOST_ROWS = 120
LARGEST = 10**15


class PlacingForm(forms.Form):
    """The fields of a placement: slot, times, and its own texts and picture."""

    pk = forms.IntegerField(required=False, min_value=1, max_value=LARGEST, widget=forms.HiddenInput)
    article = forms.IntegerField(min_value=1, max_value=LARGEST, widget=forms.HiddenInput)
    slot = forms.TypedChoiceField(label=_("Place"), coerce=int)
    starts_at = TimeField(label=_("From"), required=False, help_text=_("Empty: at once, when the board is saved."))
    ends_at = TimeField(label=_("Until"), required=False, help_text=_("Empty: until further notice."))
    headline = Placement._meta.get_field("headline").formfield(help_text="")
    kicker = Placement._meta.get_field("kicker").formfield(help_text="")
    image = forms.IntegerField(
        label=_("Picture here"),
        required=False,
        min_value=1,
        max_value=LARGEST,
        widget=forms.TextInput({"inputmode": "numeric"}),
        help_text=_("Its number in the library. Empty: the article’s own."),
    )
    crop = forms.ChoiceField(
        label=_("Crop here"), required=False, choices=[("", _("as usual in this place")), *Placement.Crop.choices]
    )

    def __init__(self, *args, slots, **kwargs):
        super().__init__(*args, **kwargs)
        choice_field(self, "slot").choices = [(slot, boards.slot_name(slot)) for slot in range(1, slots + 1)]

    def placing(self, stored):
        """Return the typed placement, with stored values for invalid fields; an unchanged time keeps its seconds."""
        cleaned = self.cleaned_data
        old = stored.get(cleaned.get("pk"))
        base = boards.Placing.of(old) if old else None
        starts, ends = cleaned.get("starts_at"), cleaned.get("ends_at") or FOR_EVER
        if old:
            starts = old.starts_at if starts is None or starts == _minute(old.starts_at) else starts
            ends = old.ends_at if ends == _minute(old.ends_at) else ends
        return boards.Placing(
            pk=cleaned.get("pk"),
            article_id=cleaned.get("article") or (base.article_id if base else 0),
            slot=cleaned.get("slot") or (base.slot if base else 1),
            starts_at=starts,
            ends_at=ends,
            headline=cleaned.get("headline", ""),
            kicker=cleaned.get("kicker", ""),
            image_id=cleaned.get("image"),
            crop=cleaned.get("crop", ""),
        )


def read_rows(state, data):
    """Put the posted time and arrangement into ``state``."""
    drawn_time(state, data.get("drawn_at"))
    stored = {placement.pk: placement for placement in state.stored}
    count = min(number_in_address(data.get("rows")), MOST_ROWS)
    most = boards.most_slots(state.section)  # also for rows that leave now, as there are fewer slots
    state.slots = min(max(number_in_address(data.get("slots")) or state.had, 1), most)
    forms_ = [PlacingForm(data, prefix=f"row-{row}", slots=most) for row in range(count)]
    forms_ = [form for form in forms_ if form.add_prefix("article") in data]
    wrong = [form for form in forms_ if not form.is_valid()]
    rows = [form.placing(stored) for form in forms_]
    if wrong:
        state.rows, state.forms = rows, forms_
        state.problems.append(str(_("Something is not right yet; it is marked below. Nothing was changed.")))
        return
    before = [boards.Placing.of(stored[row.pk]) if row.pk in stored else None for row in rows]
    state.rows = boards.arrangement_from(before, rows, state.at, state.now)
    _drop_beyond(state)


def _drop_beyond(state):
    """Remove rows beyond the last slot from the arrangement, and name them before anything is saved."""
    leaving = [row for row in state.rows if row.slot > state.slots]
    if not leaving:
        return
    names = dict(Article.objects.filter(pk__in=[row.article_id for row in leaving]).values_list("pk", "headline"))
    leaving_names = ", ".join(
        f"“{names.get(row.article_id, row.article_id)}” ({boards.slot_name(row.slot)})" for row in leaving
    )
    text = _("With as few places this leaves the board: %(told)s. Nothing is saved yet: look, then save.")
    state.problems.append(text % {"told": leaving_names})
    state.rows = [row for row in state.rows if row.slot <= state.slots]


def row_form_of(row, placing, slots):
    """Return the fields of one row, filled in."""
    initial = {
        "pk": placing.pk,
        "article": placing.article_id,
        "slot": placing.slot,
        "starts_at": placing.starts_at,
        "ends_at": None if placing.ends_at == FOR_EVER else placing.ends_at,
        "headline": placing.headline,
        "kicker": placing.kicker,
        "image": placing.image_id,
        "crop": placing.crop,
    }
    return PlacingForm(initial=initial, prefix=f"row-{row}", slots=max(slots, placing.slot))


def _minute(moment):
    return moment.replace(second=0, microsecond=0)
