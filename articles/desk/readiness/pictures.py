"""The checks of an article's pictures: the lead picture, and every one in the body."""

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from articles.body.markup import image_ids
from articles.desk.readiness.problem import Problem
from articles.models import Article, Check, Image

NARROWEST = 1200  # pixels, of a lead picture


def pictures_of(article: Article) -> dict[int, Image]:
    """Return the pictures of ``article`` that are in the library, in one query."""
    numbers = {*image_ids(article.body), article.lead_image_id} - {None}
    return Image.objects.in_bulk(numbers) if numbers else {}


def lost(article: Article, images: dict[int, Image]) -> Iterator[Problem]:
    """Yield the pictures in the body that are no longer in the library: they always block."""
    for number in dict.fromkeys(image_ids(article.body)):
        if number not in images:
            text = _("Take out or replace the picture that is no longer in the library.")
            yield Problem("body", text, image=number)


def picture_problems(article: Article, images: dict[int, Image], at: datetime | None) -> Iterator[Problem]:
    lead = images.get(article.lead_image_id) if article.lead_image_id else None
    if lead is None:
        text = _("Choose a lead picture: without one, cards and social networks show none.")
        yield Problem("lead_image", text, Check.LEAD_IMAGE)
    else:
        yield from _lead(lead)
        yield from _facts(lead, "lead_image", at)
    for number in dict.fromkeys(image_ids(article.body)):
        if number in images and number != article.lead_image_id:
            yield from _facts(images[number], "body", at)


def _lead(image: Image) -> Iterator[Problem]:
    if image.width < NARROWEST:
        text = _("The lead picture is %(width)d pixels wide, so it looks soft: choose one of at least %(least)d.")
        message = text % {"width": image.width, "least": NARROWEST}
        yield Problem("lead_image", message, Check.PICTURE_SIZE, image=image.pk)


def _facts(image: Image, field: str, at: datetime | None) -> Iterator[Problem]:
    title = {"title": image.title}
    if not image.alt.strip() and not image.decorative:
        text = _("Say in the library what “%(title)s” shows, as its alternative text, or tick “decorative”.")
        yield Problem(field, text % title, Check.ALTERNATIVE, image=image.pk)
    if not image.credit.strip():
        yield Problem(field, _("Write in the library who made “%(title)s”.") % title, Check.CREDIT, image=image.pk)
    if image.licence_until and image.licence_until < timezone.localdate(at):
        text = _("The licence of “%(title)s” ends on %(day)s: choose another picture, or renew it and say so there.")
        message = text % {**title, "day": date_format(image.licence_until)}
        yield Problem(field, message, Check.LICENCE, image=image.pk)
