"""Data for search engines: schema.org objects as JSON for articles, authors, sections and the front page."""

import json
from typing import Any

from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe

from articles.models.author import Author
from articles.models.copy import Kind
from articles.models.edition import Edition
from articles.models.section import Section
from articles.models.site import SiteSettings
from articles.public.brand import Brand
from ground.addresses import absolute

TYPES = {Kind.ANALYSIS: "AnalysisNewsArticle", Kind.OPINION: "OpinionNewsArticle"}
IMAGE_WIDTH = 1600  # pixels; search engines show pictures of 1,200 and more large, if the master is as large
ESCAPES = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


def script(data: list[dict[str, Any]]) -> SafeString:
    """Return ``data`` as the text of a ``script`` element, escaped so that nothing in it can end the element."""
    graph = {"@context": "https://schema.org", "@graph": data}
    return mark_safe(json.dumps(graph, ensure_ascii=False).translate(ESCAPES))  # noqa: S308 - escaped just here


def for_article(edition: Edition, paper: SiteSettings, root: str) -> SafeString:
    """Return NewsArticle (or its opinion or analysis type) and breadcrumbs; ``root`` is the site's scheme and host."""
    return script([_article(edition, paper, root), _breadcrumbs(edition, root)])


def for_front_page(paper: SiteSettings, root: str) -> SafeString:
    """Return the site with its search, and its publisher."""
    search = {
        "@type": "SearchAction",
        "target": f"{root}/search/?q={{query}}",
        "query-input": "required name=query",
    }
    site = {"@type": "WebSite", "name": paper.name, "url": f"{root}/", "potentialAction": search}
    return script([site, _publisher(paper, root)])


def for_author(author: Author, paper: SiteSettings, root: str) -> SafeString:
    """Return the ProfilePage of a person or a desk."""
    url = root + author.get_absolute_url()
    about = {
        "@type": _type(author),
        "name": author.name,
        "url": url,
        "jobTitle": "" if author.is_desk else author.role,
        "description": author.biography,
        "image": absolute(author.picture.sources("square").at_most(IMAGE_WIDTH)[0], root) if author.picture else "",
        "sameAs": author.links.split(),
        "parentOrganization" if author.is_desk else "worksFor": _publisher(paper, root),
    }
    return script([{"@type": "ProfilePage", "url": url, "mainEntity": _filled(about)}])


def for_section(section: Section, paper: SiteSettings, root: str) -> SafeString:
    """Return the CollectionPage of a section, and its breadcrumbs."""
    page = {
        "@type": "CollectionPage",
        "name": section.name,
        "url": root + section.get_absolute_url(),
        "description": section.description,
        "isPartOf": {"@type": "WebSite", "name": paper.name, "url": f"{root}/"},
        "publisher": _publisher(paper, root),
    }
    return script([_filled(page), _way(section, root)])


def _type(author: Author) -> str:
    return "Organization" if author.is_desk else "Person"


def _page(author: Author, root: str) -> str:
    """Return the address of the author's page; a guest has none."""
    path = author.get_absolute_url()
    return path and root + path


def _filled(data: dict[str, Any]) -> dict[str, Any]:
    """Return ``data`` without empty values."""
    return {name: value for name, value in data.items() if value}


def _article(edition: Edition, paper: SiteSettings, root: str) -> dict[str, Any]:
    data = {
        "@type": TYPES.get(Kind(edition.kind), "NewsArticle"),
        "headline": edition.headline,
        "description": edition.seo_description or edition.standfirst,
        "image": _images(edition, root),
        "datePublished": edition.published_at.isoformat(timespec="seconds"),
        "dateModified": edition.modified_at.isoformat(timespec="seconds"),
        "author": [
            _filled({"@type": _type(author), "name": author.name, "url": _page(author, root)})
            for author in edition.authors
        ]
        or [_publisher(paper, root)],
        "publisher": _publisher(paper, root),
        "mainEntityOfPage": root + edition.path,
        "articleSection": edition.section.name,
        "inLanguage": edition.language,
        "wordCount": edition.words,
        "correction": [
            {"@type": "CorrectionComment", "text": text, "datePublished": day.isoformat()}
            for day, text in edition.days_of_corrections
        ],
        "isAccessibleForFree": True,
    }
    return _filled(data)


def _images(edition: Edition, root: str) -> list[str]:
    if not edition.lead_image:
        return [root + static("icons/icon-512.png")]
    addresses = [edition.lead_image.sources(crop).at_most(IMAGE_WIDTH)[0] for crop in ("wide", "card", "square")]
    return [absolute(address, root) for address in dict.fromkeys(addresses)]


def _publisher(paper: SiteSettings, root: str) -> dict[str, Any]:
    logo = _logo(paper)
    return {
        "@type": "NewsMediaOrganization",
        "name": paper.name,
        "url": f"{root}/",
        "logo": {"@type": "ImageObject", "url": absolute(logo, root)},
        "sameAs": paper.social_links.split(),
        "correctionsPolicy": f"{root}/corrections/",
    }


def _logo(paper: SiteSettings) -> str:
    """Return the square logo, which search engines show best; else the nameplate; else the icon."""
    if paper.logo:
        return paper.logo.sources("full").src
    plate = Brand(paper).nameplate
    return plate.url if plate else static("icons/icon-512.png")


def _breadcrumbs(edition: Edition, root: str) -> dict[str, Any]:
    way = _way(edition.section, root)
    items = way["itemListElement"]
    items.append({"@type": "ListItem", "position": len(items) + 1, "name": edition.headline})
    return way


def _way(section: Section | None, root: str) -> dict[str, Any]:
    """Return the breadcrumbs that end with a section."""
    steps = [step for step in (section.parent, section) if step]
    items = [
        {"@type": "ListItem", "position": place, "name": step.name, "item": root + step.get_absolute_url()}
        for place, step in enumerate(steps, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}
