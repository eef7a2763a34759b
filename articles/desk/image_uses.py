"""Where a picture is used, read from indexed rows: live, on the desk, beside names, and only in the past.

A body's pictures are rows beside it, which ``note_uses()`` updates whenever a body is stored.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from articles.body.markup import image_ids
from articles.models import (
    Article,
    ArticleImage,
    Author,
    Edition,
    EditionImage,
    Image,
    Placement,
    SiteSettings,
)

MOST = 20  # shown of each kind
BATCH = 500
ROWS: dict[type[Model], tuple[type[Model], str]] = {
    Article: (ArticleImage, "article"),
    Edition: (EditionImage, "edition"),
}


@dataclass(frozen=True)
class Use:
    """One place that shows a picture: its name and address."""

    name: str
    url: str


@dataclass(frozen=True)
class Uses:
    """The uses of one kind, the newest first, and whether there are more than these."""

    kind: str
    uses: list[Use]
    more: bool


@transaction.atomic
def note_uses(copy: Article | Edition) -> None:
    """Store a row for each picture in the body of ``copy``; for a working copy, delete rows of pictures it no longer
    has.

    The pictures' rows are locked, so that none is deleted at the same time.
    """
    model, owner = ROWS[type(copy)]
    rows = model._default_manager.filter(**{owner: copy})
    stored = set(rows.values_list("image_id", flat=True)) if owner == "article" else set()
    shown_images = set(image_ids(copy.body))
    if stored - shown_images:
        rows.exclude(image__in=shown_images).delete()
    if not shown_images - stored:
        return
    locked = Image.objects.select_for_update(no_key=True).filter(pk__in=shown_images - stored).order_by("pk")
    new_rows = [model(**{owner: copy, "image_id": pk}) for pk in locked.values_list("pk", flat=True)]
    model._default_manager.bulk_create(new_rows, ignore_conflicts=True)


def note_all() -> None:
    """Update the rows of every body, after bodies were stored without ``note_uses``."""
    images = set(Image.objects.values_list("pk", flat=True))
    for copies, (model, owner) in ROWS.items():
        stored = set(model._default_manager.values_list(owner, "image_id"))
        shows = Q(body__contains="data-image=") | Q(body__contains="data-poster=")
        showing = copies._default_manager.filter(shows).order_by("pk")
        shown_images: set[tuple[int, int]] = set()
        for pk, body in showing.values_list("pk", "body").iterator(BATCH):
            shown_images |= {(pk, image) for image in image_ids(body) if image in images}
        for pk, image in stored - shown_images:
            model._default_manager.filter(**{owner: pk, "image": image}).delete()
        rows = (model(**{f"{owner}_id": pk, "image_id": image}) for pk, image in sorted(shown_images - stored))
        model._default_manager.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)


def uses_of(image: Image) -> list[Uses]:
    """Return every kind of use of ``image``, each bounded and in one query; empty if nothing shows it."""
    now = timezone.now()
    live = Q(live_from__lte=now, live_until__gt=now)
    kinds = [
        (_("Live"), _editions(image, live), _edition_page),
        (_("Scheduled"), _editions(image, Q(live_from__gt=now)), _edition_record),
        (_("On the desk"), _articles(image), _article),
        (_("Placed on the front page or a section’s top"), _placements(image), _placement),
        (_("Portrait"), Author.objects.filter(picture=image).order_by("name").values_list("pk", "name"), _author),
        (_("Logo of the paper"), SiteSettings.objects.filter(logo=image).values_list("pk", "name"), _paper),
        (_("Only in what readers saw before"), _editions(image, Q(live_until__lte=now)), _edition_record),
    ]
    all_uses = [_some(kind, rows, say) for kind, rows, say in kinds]
    return [group for group in all_uses if group.uses]


def unused(images: QuerySet[Image]) -> QuerySet[Image]:
    """Return those of ``images`` that nothing shows, now or in the past."""
    mine = {"lead_image": OuterRef("pk")}
    rows: Iterable[QuerySet] = (
        EditionImage.objects.filter(image=OuterRef("pk")),
        ArticleImage.objects.filter(image=OuterRef("pk")),
        Edition.objects.filter(**mine).order_by(),
        Article.objects.filter(**mine).order_by(),
        Author.objects.filter(picture=OuterRef("pk")).order_by(),
        Placement.objects.filter(image=OuterRef("pk")).order_by(),
        SiteSettings.objects.filter(logo=OuterRef("pk")),
    )
    for using_rows in rows:
        images = images.filter(~Exists(using_rows))
    return images


def _some(kind: str, rows: QuerySet, say: Any) -> Uses:
    rows = list(rows[: MOST + 1])
    return Uses(kind, [say(*row) for row in rows[:MOST]], len(rows) > MOST)


def _editions(image: Image, when: Q) -> QuerySet:
    """Return editions with ``image`` as lead picture or in the body: each by its own index, then together."""
    columns = ["live_from", "pk", "headline", "path"]
    lead = Edition.objects.filter(when, lead_image=image).order_by().values_list(*columns)
    body = Edition.objects.filter(when, image_rows__image=image).order_by().values_list(*columns)
    return lead.union(body).order_by("-live_from", "-pk")


def _articles(image: Image) -> QuerySet:
    columns = ["saved_at", "pk", "headline", "stage", "trashed_at"]
    lead = Article.objects.filter(lead_image=image).order_by().values_list(*columns)
    body = Article.objects.filter(image_rows__image=image).order_by().values_list(*columns)
    return lead.union(body).order_by("-saved_at", "-pk")


def _placements(image: Image) -> QuerySet:
    rows = Placement.objects.filter(image=image).order_by("-starts_at", "-pk")
    return rows.values_list("pk", "slot", "article__headline")


def _edition_page(_live_from: Any, _pk: int, headline: str, path: str) -> Use:
    return Use(headline, path)


def _edition_record(_live_from: Any, pk: int, headline: str, _path: str) -> Use:
    return Use(headline, reverse("admin:articles_edition_change", args=[pk]))


def _article(_saved_at: Any, pk: int, headline: str, stage: str, trashed_at: Any) -> Use:
    state = _("in the trash") if trashed_at else Article.Stage(stage).label
    return Use(f"{headline} ({state})", reverse("admin:articles_article_change", args=[pk]))


def _placement(pk: int, slot: int, headline: str) -> Use:
    name = _("%(article)s, slot %(slot)s") % {"article": headline, "slot": slot}
    return Use(name, reverse("admin:articles_placement_change", args=[pk]))


def _author(pk: int, name: str) -> Use:
    return Use(name, reverse("admin:articles_author_change", args=[pk]))


def _paper(pk: int, name: str) -> Use:
    return Use(name, reverse("admin:articles_sitesettings_change", args=[pk]))
