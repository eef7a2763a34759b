"""Texts for the pages that every paper needs, with placeholders “[… ]” for what only the paper knows.

What they say without brackets is true of this software as it is shipped.
"""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from articles.models.flat_page import FlatPage
from articles.models.section import Section

ORDER = ["about", "contact", "privacy", "corrections-policy"]


def lacking() -> list[str]:
    """Return the slugs of missing first pages, in order; a section may have the address instead."""
    existing = set(FlatPage.objects.filter(slug__in=ORDER).values_list("slug", flat=True))
    existing |= set(Section.objects.filter(slug__in=ORDER, parent=None).values_list("slug", flat=True))
    return [slug for slug in ORDER if slug not in existing]


def titles() -> dict[str, str]:
    return {
        "about": _("About us"),
        "contact": _("Contact"),
        "privacy": _("Privacy"),
        "corrections-policy": _("How we correct mistakes"),
    }


def make_first_pages(slugs: list[str]) -> list[FlatPage]:
    """Create drafts of the pages of ``slugs``, for somebody to complete, except those that somebody else made
    meanwhile.
    """
    names, texts = titles(), _texts()
    pages = [
        FlatPage(slug=slug, title=names[slug], body=texts[slug], is_public=False, order=ORDER.index(slug) + 1)
        for slug in slugs
    ]
    return [page for page in pages if _save(page)]


def _save(page: FlatPage) -> bool:
    try:
        with transaction.atomic():
            page.save()
    except IntegrityError:
        return False
    return True


def _texts() -> dict[str, str]:
    return {"about": _about(), "contact": _contact(), "privacy": _privacy(), "corrections-policy": _corrections()}


def _paragraphs(*parts: str) -> str:
    """Return paragraphs of HTML; a part that begins with a hash is a heading."""
    return "".join(f"<h2>{part[2:]}</h2>" if part.startswith("# ") else f"<p>{part}</p>" for part in parts)


def _about() -> str:
    return _paragraphs(
        _("[… what the paper writes about, for whom, and since when]"),
        _("# Who makes it"),
        _("[… the people who write and edit, with their parts]"),
        _("# Who owns and pays for it"),
        _("[… the owner, and where the money comes from]"),
    )


def _contact() -> str:
    return _paragraphs(
        _("Editors: [… address of the newsroom’s mail]"),
        _("Post: [… name and postal address of the publisher]"),
        _("Telephone: [… number, or take this line out]"),
        _("To tell us of a mistake, write to [… address for corrections]."),
    )


def _privacy() -> str:
    return _paragraphs(
        _("[… who is responsible for this site, with an address]"),
        _("# What this site keeps of you"),
        _("Nobody needs an account to read. The site sets no cookies for readers."),
        _("If you choose dark mode or another size of letters, your own browser remembers that and tells nobody."),
        _("[… whether the server keeps a log of visits, what is in it, and for how long]"),
        _("# Other sites"),
        _(
            "Videos, posts and maps of other sites are loaded when you ask for them, not before. From then on the "
            "rules of that site hold."
        ),
        _("[… which services for statistics or advertising are used, or that there are none]"),
        _("# Your rights"),
        _("[… whom to ask what is known of you, and by which law]"),
    )


def _corrections() -> str:
    return _paragraphs(
        _("An article that was corrected says so, with the day and what was wrong. All corrections stand in a list."),
        _("[… how quickly you answer, and who decides]"),
        _("To tell us of a mistake, write to [… address for corrections]."),
    )
