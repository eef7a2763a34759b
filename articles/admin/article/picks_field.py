"""The field of articles picked by hand: one address a line, which desk-related.js turns into a list.

The same rows serve the text editor, whose “Read also” names articles by their numbers.
"""

from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms.widgets import Script
from django.http import JsonResponse
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from articles.admin.article.pages import ArticlePage
from articles.admin.lists import number_in_address
from articles.admin.times import short
from articles.models import Edition
from articles.models.edition import Address
from ground.characters import normalise

MOST = 5
MOST_DESCRIBED = 60
LONGEST = 2000  # characters typed


class PicksInput(forms.Textarea):
    """Lines that work without a script; with one, a list to which articles are added by searching."""

    class Media:
        css = {"all": ["css/desk-picks.css"]}
        js = [Script("js/desk-related.js", type="module")]

    def __init__(self, attrs=None):
        own_attrs = {
            "placeholder": gettext_lazy("One address in a line, five at most"),
            "data-picks": reverse_lazy("admin:articles_article_picks"),
            "data-at-most": MOST,
            "data-find": gettext_lazy("Add an article that readers see"),
            "data-up": gettext_lazy("Move %s up"),
            "data-down": gettext_lazy("Move %s down"),
            "data-moved": gettext_lazy("%s is now in place %s of %s"),
            "data-remove": gettext_lazy("Remove %s"),
            "data-full": gettext_lazy("More do not fit: remove one first."),
            "data-trouble": gettext_lazy("The server does not answer, so no article could be looked for."),
        }
        super().__init__({"rows": 3, **own_attrs, **(attrs or {})})


class PicksField(forms.CharField):
    """Numbers of articles, in order; typed as addresses of the paper, or as numbers after a #."""

    widget = PicksInput

    def prepare_value(self, value):
        """Return numbers as lines of addresses; a typed text stays as it is."""
        if not isinstance(value, list):
            return value
        editions = newest_editions(value)
        return "\n".join(editions[pk].path if pk in editions else f"#{pk}" for pk in value)

    def clean(self, value):
        lines = [line.strip() for line in normalise(super().clean(value))[:LONGEST].splitlines() if line.strip()]
        numbers = read_numbers(lines[: MOST + 1])
        for line in lines[: MOST + 1]:
            if line not in numbers:
                text = _(
                    "“%(line)s” is no article that readers have seen. Look for it by its words, or copy its address."
                )
                raise ValidationError(text, params={"line": line})
        picked = list(dict.fromkeys(numbers[line] for line in lines[: MOST + 1]))
        if len(lines) > MOST:
            raise ValidationError(_("At most %(most)d articles: take some out."), params={"most": MOST})
        return picked

    def has_changed(self, initial, data):
        if self.disabled:
            return False
        try:
            return self.clean(data) != (initial or [])
        except ValidationError:
            return True


def read_numbers(lines):
    """Return by line the number of the article that it names: by address, with or without host, or # and number."""
    paths = {line: path_in(line) for line in lines if not line.startswith("#")}
    numbers = {line: number_in_address(line[1:]) for line in lines if line.startswith("#")}
    ids_by_path = dict(Address.objects.filter(path__in=set(paths.values())).values_list("path", "article_id"))
    ids_with_edition = set(
        Edition.objects.filter(article__in=set(numbers.values()) - {0}).values_list("article_id", flat=True)
    )
    ids_by_line = {line: ids_by_path[path] for line, path in paths.items() if path in ids_by_path}
    return ids_by_line | {line: pk for line, pk in numbers.items() if pk in ids_with_edition}


def path_in(line):
    """Return the path of a typed address, with or without the host; an empty text if it is invalid."""
    try:
        typed = urlsplit(line).path
    except ValueError:
        return ""
    return f"/{typed.strip('/')}/"


def newest_editions(numbers):
    """Return by article the edition that readers see, saw last, or will see first, of ``numbers``; in one query."""
    if not numbers:
        return {}
    now = timezone.now()
    rows = Edition.objects.filter(article__in=numbers[:MOST_DESCRIBED]).select_related("section").order_by("live_from")
    editions = {}
    for edition in rows.only("article", "headline", "path", "section", "live_from", "live_until", "published_at"):
        if edition.article_id not in editions or edition.live_from <= now:
            editions[edition.article_id] = edition
    return editions


def describe_articles(numbers):
    """Return for each of ``numbers`` its headline, address, section and day, and whether readers see it now."""
    now, editions = timezone.now(), newest_editions(numbers)
    rows = []
    for pk in numbers[:MOST_DESCRIBED]:
        edition = editions.get(pk)
        if edition is None:
            rows.append({"number": pk, "url": f"#{pk}", "title": _("Number %d") % pk, "detail": _("no longer there")})
            continue
        is_live = edition.live_from <= now < edition.live_until
        detail = f"{edition.section} · {short(edition.published_at)}"
        if not is_live:
            detail += f" · {_('readers do not see it now')}"
        rows.append({"number": pk, "url": edition.path, "title": edition.headline, "detail": detail})
    return rows


def read_only_picks(numbers):
    """Return the picks as HTML for people who may not edit them."""
    rows = [(row["title"], row["detail"]) for row in describe_articles(numbers)]
    return format_html("<ol>{}</ol>", format_html_join("", "<li>{} ({})</li>", rows)) if rows else ""


class Picks(ArticlePage):
    """The rows of picks as JSON, for scripts."""

    def urls(self):
        return [self.route("picks/", self.picks_view, "picks")]

    @method_decorator(require_safe)
    def picks_view(self, request):
        """Return the articles of the numbers ``?of=12 34``, and those at the addresses ``?line=…``."""
        if not self.admin.has_view_permission(request):
            raise PermissionDenied
        numbers = [number_in_address(text) for text in request.GET.get("of", "").split()[:MOST_DESCRIBED]]
        lines = request.GET.getlist("line")[:MOST_DESCRIBED]
        numbers_by_line = read_numbers(lines) if lines else {}
        return JsonResponse(
            {
                "articles": describe_articles(
                    [pk for pk in numbers if pk] + [numbers_by_line[line] for line in lines if line in numbers_by_line]
                )
            }
        )
