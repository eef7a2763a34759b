"""Background work: what would keep a person waiting. Each task can also be run by a command."""

import logging
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django_tasks import task

from articles import outside, renditions
from articles.models.check import OutsideLink, asked, digest
from articles.models.image import Image

logger = logging.getLogger(__name__)

MOST_ASKED = 50  # links of one article
LONGEST_ADDRESS = 2000  # characters; servers take no more
FRESH = timedelta(days=1)  # so long an answer is believed


@task()
def make_renditions(image_pk: int) -> None:
    """Cut every public size of a picture around its focal point; nothing to do if it is gone or has them."""
    image = Image.objects.filter(pk=image_pk, made_cut__lt=F("wanted_cut")).first()
    if image is None:
        return
    try:
        with image.file.open("rb") as master:
            renditions.make(master, image.key, image.wanted_cut, (image.focal_x, image.focal_y))
    except Exception:  # told to whoever runs the server, then left to the worker, which marks the task as failed
        logger.exception("Picture %s got no sizes; pages show its safe copy.", image_pk)
        raise
    replaced = _show(image)
    if replaced is not None:
        _remove_cuts_before(image.wanted_cut, image.key, but=replaced)


@transaction.atomic
def _show(image: Image) -> int | None:
    """Have pages show the cut just made; the one it replaces, or None if a newer is wanted or it is shown already."""
    # A focal point moved meanwhile has a task of its own, which these sizes must not be taken for.
    lacking = Image.objects.filter(pk=image.pk, wanted_cut=image.wanted_cut, made_cut__lt=F("wanted_cut"))
    current = lacking.select_for_update().first()
    if current is None:
        return None
    replaced, current.made_cut = current.made_cut, image.wanted_cut
    current.save(update_fields=["made_cut"])  # not update(): what is kept of the logo has to hear of it
    return replaced


def _remove_cuts_before(cut: int, key: str, *, but: int) -> None:
    """Delete the files of old cuts, except of the one that open pages and other sites' cards still point at."""
    folder = f"{key[:2]}/{key}"
    for name in default_storage.listdir(folder)[1]:
        number = name.partition("-")[0]
        if number.isdecimal() and int(number) < cut and int(number) != but:
            default_storage.delete(f"{folder}/{name}")


def want_answers(addresses: list[str]) -> None:
    """Have other sites' ``addresses`` asked in the background after the commit, unless they were a day ago or less."""
    wanted = {digest(href): asked(href) for href in addresses if len(href) <= LONGEST_ADDRESS}
    if not wanted or not settings.ASK_OUTSIDE_LINKS:
        return
    rows = [OutsideLink(sha256=key, address=address) for key, address in list(wanted.items())[:MOST_ASKED]]
    OutsideLink.objects.bulk_create(rows, ignore_conflicts=True)
    known = OutsideLink.objects.filter(sha256__in=[row.sha256 for row in rows])
    known.update(wanted_at=timezone.now())
    if lacking := list(unanswered(known).values_list("pk", flat=True)):
        transaction.on_commit(partial(ask_outside.enqueue, lacking))


def unanswered(links: QuerySet[OutsideLink]) -> QuerySet[OutsideLink]:
    """Those of ``links`` that nobody asked within the last day."""
    return links.filter(Q(checked_at=None) | Q(checked_at__lt=timezone.now() - FRESH))


@task()
def ask_outside(link_pks: list[int]) -> None:
    """Ask other sites' addresses whether they answer; those that were asked meanwhile are left alone."""
    for link in unanswered(OutsideLink.objects.filter(pk__in=link_pks)).order_by("pk"):
        ask_link(link)


def ask_link(link: OutsideLink) -> None:
    """Ask one address, and keep what it answered."""
    answer = outside.ask(link.address)
    link.status, link.problem, link.checked_at = answer.status, answer.trouble, timezone.now()
    link.save(update_fields=["status", "problem", "checked_at"])
