"""Pages that stand by themselves, like “About us”."""

from itertools import chain, count
from urllib.parse import unquote

from django.utils.translation import gettext as _

from articles.importing.items import SourceFinding, SourceState, SourceStory
from articles.importing.ledger import AT_ONCE, Ledger, in_batches
from articles.importing.survey import Survey, hash_of
from articles.importing.texts import Body
from articles.importing.traces import trace_of
from articles.models import FlatPage, ImportedRow, Section
from articles.models.section import reserved_slugs
from articles.text import make_slug

LONGEST_SLUG, LONGEST_TITLE, LONGEST_DESCRIPTION = 60, 120, 160


def claim_pages(survey: Survey, ledger: Ledger) -> None:
    """Write down which path each public page gets, after the sections have theirs: links lead there."""
    for batch in in_batches(survey.public_pages(), AT_ONCE):
        rows = ledger.rows(key for key, _slug, _title in batch)
        slugs = dict(FlatPage.objects.filter(pk__in=[row.row for row in rows.values()]).values_list("pk", "slug"))
        for key, slug, title in batch:
            row = rows.get(key)
            if row and row.row in slugs:
                survey.claim(f"/{slugs[row.row]}/", key)
            else:
                _claim_free(_slug(slug, title), key, survey)


def _claim_free(slug: str, key: str, survey: Survey) -> str:
    """Return ``slug``, or the first numbered one that neither the paper nor another page of the export has."""
    begun = slug[:50]
    slugs = set(FlatPage.objects.filter(slug__startswith=begun).values_list("slug", flat=True))
    slugs |= set(Section.objects.filter(parent=None).values_list("slug", flat=True)) | (reserved_slugs() - {"about"})
    for candidate in chain([slug], (f"{begun}-{number}" for number in count(2))):
        if candidate not in slugs and survey.claim(f"/{candidate}/", key):
            return candidate
    raise AssertionError("There is always another number.")


def store_page(ledger: Ledger, survey: Survey, page: SourceStory, body: Body) -> ImportedRow:
    """Store a page, for readers only if it was public; return what is to be written down of it."""
    wished_slug = _slug(page.slug, page.title)
    slug = survey.path_of(page.key).strip("/") or _claim_free(wished_slug, page.key, survey)
    if slug != wished_slug:
        body.findings.append(SourceFinding("another address", page.key, f"/{wished_slug}/", f"/{slug}/"))
    return write_page(ledger, page, body, FlatPage(slug=slug, in_footer=False))


def write_page(ledger: Ledger, page: SourceStory, body: Body, stored: FlatPage) -> ImportedRow:
    """Put a page of the source into ``stored``."""
    stored.title = " ".join(page.title.split())[:LONGEST_TITLE] or _("Without a title (%(key)s)") % {"key": page.key}
    stored.description = (page.seo_description or page.standfirst)[:LONGEST_DESCRIPTION]
    stored.body = body.html  # type: ignore[assignment] # a field that holds text
    stored.is_public = page.state == SourceState.PUBLISHED
    stored.save()
    stored.refresh_from_db()
    return ledger.entry(
        page.key,
        page.kind,
        came=hash_of(page),
        model=FlatPage._meta.label,
        row=stored.pk,
        made=trace_of(stored),
        outcome=ImportedRow.Outcome.BROUGHT,
        lacks_media=body.lacks_media,
        addresses=list(page.addresses),
    )


def _slug(slug: str, title: str) -> str:
    """Return the slug of a page in the paper's letters, with one of them at least."""
    slug = make_slug(unquote(slug, errors="ignore"), LONGEST_SLUG) or make_slug(title, LONGEST_SLUG)
    return slug if any(letter.isalpha() for letter in slug) else f"page-{slug}".rstrip("-")
