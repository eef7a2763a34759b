"""Pictures in the admin: small public copies, never the master."""

from django.utils.html import format_html

from articles.models import Image

SMALL, LARGE = "square", "full"


def picture_address(image: Image, crop: str = SMALL) -> str:
    """Return the smallest copy of ``crop``; the safe copy until it exists."""
    sources = image.sources(crop)
    return sources.srcsets["webp"].split()[0] if sources.srcsets else sources.src


def picture_thumbnail(image: Image | None) -> str:
    """Return a small square; it is decoration, as the title beside it names the picture."""
    if image is None:
        return ""
    return format_html(
        '<img class="thumbnail" src="{}" alt="" width="64" height="64" loading="lazy">', picture_address(image)
    )


def chosen_picture(image: Image | None, field: str) -> str:
    """Return the picture chosen in ``field``; ``admin-picture.js`` replaces it as soon as another is chosen."""
    if image is None:
        return format_html('<img class="chosen" alt="" data-shows="{}" hidden>', field)
    return format_html(
        '<img class="chosen" src="{}" alt="{}" data-shows="{}">', image.sources("card").src, image.alternative, field
    )
