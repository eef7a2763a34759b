"""The forms that readers fill in."""

import re
from datetime import timedelta
from functools import partial

from django import forms
from django.utils.translation import gettext_lazy as _

from articles.models.copy import Kind
from articles.models.merge import Merge, all_successors
from articles.search import Narrow, Order
from ground import fragments
from ground.times import midnight

DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class DayInput(forms.DateInput):
    """The input for a day, with the browser's own picker."""

    input_type = "date"

    def __init__(self):
        super().__init__(format="%Y-%m-%d")

    def format_value(self, value):
        """Return None for an invalid day, because browsers would drop it and its error already shows it."""
        text = super().format_value(value)
        return text if text and DAY.fullmatch(text) else None


class NumberField(forms.IntegerField):
    """A row's primary key in a hidden field: readers set it by a link, which may be older than a merge."""

    widget = forms.HiddenInput

    def __init__(self, kind):
        super().__init__(required=False, min_value=1, max_value=2**31 - 1)
        self.kind = kind

    def clean(self, value):
        number = super().clean(value)
        if number is None:
            return None
        return fragments.get_fragment(("merged", self.kind), partial(all_successors, self.kind)).get(number, number)


class SearchForm(forms.Form):
    """The words to search for, and the filters that narrow the results."""

    q = forms.CharField(
        label=_("Search the paper"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "enterkeyhint": "search"}),
    )
    since = forms.DateField(label=_("From"), required=False, widget=DayInput)
    until = forms.DateField(label=_("To"), required=False, widget=DayInput)
    sort = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[
            (Order.BEST, _("most relevant first")),
            (Order.NEWEST, _("newest first")),
            (Order.OLDEST, _("oldest first")),
        ],
    )
    literally = forms.BooleanField(required=False)  # search for the words as typed, not for a corrected spelling
    section = NumberField(Merge.Kind.SECTION)
    author = NumberField(Merge.Kind.AUTHOR)
    kind = forms.ChoiceField(required=False, choices=[("", ""), *Kind.choices], widget=forms.HiddenInput)

    @property
    def query(self) -> str:
        return self.cleaned_data.get("q", "").strip()

    @property
    def is_literal(self) -> bool:
        return self.cleaned_data.get("literally", False)

    @property
    def order(self) -> Order:
        return Order(self.cleaned_data.get("sort", ""))

    @property
    def narrow(self) -> Narrow:
        """The filters of the search; a field with an error filters nothing."""
        cleaned = self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        return Narrow(
            section=cleaned.get("section"),
            author=cleaned.get("author"),
            kind=cleaned.get("kind", ""),
            since=midnight(since) if since else None,
            until=midnight(until + timedelta(days=1)) if until and until.year < 9999 else None,
        )
