"""Background tasks, for work that would make a person wait. Each can also be run by a command."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from articles import desk_search, outside
from articles.desk_search import pictures
from articles.models.autosave import Autosave
from articles.models.check import OutsideLink, address_digest, requested_address
from articles.models.edition import Edition
from articles.models.image import Image
from articles.models.unsaved_form import KEPT_FOR, UnsavedForm
from articles.pictures import renditions
from articles.public import announcements, cards
from ground.priorities import ANNOUNCING, LATER, MAILS, PICTURES

logger = logging.getLogger(__name__)
REFUSED = ("builtins.OSError", "builtins.PermissionError")  # a disk that is full, read-only or another user's
ROWS_AT_ONCE = 500  # so that no table is locked for long

MOST_ASKED = 50  # links of one article
LONGEST_ADDRESS = 2000  # characters; servers take no more
FRESH = timedelta(days=1)  # how long an answer is valid


def after_commit(work: Callable[..., Any], *arguments: Any) -> None:
    """Call ``work`` after the commit of the current transaction; an error is logged and undoes nothing."""

    def do() -> None:  # a function, because Django logs an error with its name, which a partial has not
        work(*arguments)

    transaction.on_commit(do, robust=True)


@task(priority=PICTURES)
def make_renditions(image_pk: int) -> None:
    """Make the first sizes of a picture, and leave the others until all pictures have those.

    Nothing happens if it was deleted or has them all.
    """
    image = Image.objects.filter(pk=image_pk, made_cut__lt=F("wanted_cut")).first()
    if image is None:
        return
    if image.first_cut < image.wanted_cut:
        cut_first_sizes(image)
        make_renditions.using(priority=LATER).enqueue(image_pk)
    else:
        cut_other_sizes(image)


def cut_first_sizes(image: Image) -> None:
    """Make the first sizes around the focal point, and let pages show them."""
    write_sizes(image, first=True)
    _show(image, "first_cut")


def cut_other_sizes(image: Image) -> None:
    """Make the other sizes after the first ones, and delete files that no open page shows any more."""
    write_sizes(image, first=False)
    replaced = _show(image, "made_cut")
    if replaced is not None:
        _remove_cuts_before(image.wanted_cut, image.key, but=replaced)
    if replaced and image.former_key:
        _forget_former(image)


def write_sizes(image: Image, *, first: bool) -> None:
    """Write the files of the ``first`` sizes, or of all others; no row is changed."""
    try:
        with image.file.open("rb") as master:
            cut = (image.key, image.wanted_cut, image.focus, image.crop_points, image.trim)
            renditions.make_sizes(master, *cut, first=first)
    except Exception:  # reported to the server's operator, then to the worker, which marks the task as failed
        logger.exception("Picture %s lacks sizes; pages show what it has, or its safe copy.", image.pk)
        raise


@transaction.atomic
def _show(image: Image, column: str) -> int | None:
    """Let pages show the new sizes; return the cut they replace, or None if a newer one is wanted or shown.

    ``column`` is the one that stores which cut's first sizes, or all sizes, exist.
    """
    # A focal point or file changed meanwhile has a task of its own, for which these sizes must not be mistaken.
    lacking = Image.objects.filter(pk=image.pk, key=image.key, wanted_cut=image.wanted_cut)
    current = lacking.filter(**{f"{column}__lt": F("wanted_cut")}).select_for_update().first()
    if current is None:
        return None
    replaced = getattr(current, column)
    setattr(current, column, image.wanted_cut)
    current.save(update_fields=[column])  # not update(): the signal renews what is cached of the logo
    return replaced


def _forget_former(image: Image) -> None:
    """Delete the old file's sizes after the second cut of a new file, because open pages show the first by now."""
    renditions.remove_renditions(image.former_key)
    Image.objects.filter(pk=image.pk, former_key=image.former_key).update(former_key="")


def _remove_cuts_before(cut: int, key: str, *, but: int) -> None:
    """Delete the files of old cuts, except of the one that open pages and other sites' cards still use."""
    folder = f"{key[:2]}/{key}"
    for name in default_storage.listdir(folder)[1]:
        number = name.partition("-")[0]
        if number.isdecimal() and int(number) < cut and int(number) != but:
            default_storage.delete(f"{folder}/{name}")


@task(priority=MAILS)
def mail_notice(user_pk: int, text: str, path: str) -> None:
    """Mail a notice to somebody of the desk, with the address of its article."""
    user = User.objects.filter(pk=user_pk, is_active=True).exclude(email="").first()
    if user is None:
        return
    choose = settings.SITE_ROOT + reverse("admin:articles_notice_changelist")
    body = _("%(text)s\n\n%(address)s\n\nChoose what you are notified about: %(choose)s\n")
    body %= {"text": text, "address": settings.SITE_ROOT + path, "choose": choose}
    try:
        EmailMessage(Truncator(text).chars(120), body, to=[user.email]).send()
    except Exception:  # reported to the server's operator, then to the worker, which marks the task as failed
        logger.exception("No mail to user %s: “%s” stands among the notices on the desk.", user_pk, text)
        raise


def want_answers(addresses: list[str]) -> None:
    """Queue a check of other sites' ``addresses`` after the commit, except those checked within a day."""
    addresses_by_digest = {
        address_digest(href): requested_address(href) for href in addresses if len(href) <= LONGEST_ADDRESS
    }
    if not addresses_by_digest or not settings.ASK_OUTSIDE_LINKS:
        return
    rows = [OutsideLink(sha256=key, address=address) for key, address in list(addresses_by_digest.items())[:MOST_ASKED]]
    OutsideLink.objects.bulk_create(rows, ignore_conflicts=True)
    link_rows = OutsideLink.objects.filter(sha256__in=[row.sha256 for row in rows])
    link_rows.update(wanted_at=timezone.now())
    if lacking := list(unanswered(link_rows).values_list("pk", flat=True)):
        after_commit(ask_outside.enqueue, lacking)


def unanswered(links: QuerySet[OutsideLink]) -> QuerySet[OutsideLink]:
    """Return those of ``links`` that were not checked within the last day."""
    return links.filter(Q(checked_at=None) | Q(checked_at__lt=timezone.now() - FRESH))


@task(priority=LATER)
def ask_outside(link_pks: list[int]) -> None:
    """Check that other sites' addresses answer; those checked meanwhile are skipped."""
    for link in unanswered(OutsideLink.objects.filter(pk__in=link_pks)).order_by("pk"):
        ask_link(link)


def ask_link(link: OutsideLink) -> None:
    """Check one address, and store its answer."""
    answer = outside.ask(link.address)
    link.status, link.problem, link.checked_at = answer.status, answer.trouble, timezone.now()
    link.save(update_fields=["status", "problem", "checked_at"])


@task(priority=LATER)
def empty_autosaves() -> int:
    """Delete autosaves and unsaved forms that are too old to be offered, and return how many autosaves and forms."""
    removed = 0
    while outdated_pks := list(Autosave.objects.outdated().values_list("pk", flat=True)[:ROWS_AT_ONCE]):
        Autosave.objects.filter(pk__in=outdated_pks).delete()
        removed += len(outdated_pks)
    old = UnsavedForm.objects.filter(at__lt=timezone.now() - KEPT_FOR).order_by("at")
    forms = list(old.values_list("pk", flat=True)[:ROWS_AT_ONCE])  # a few for each person: others follow
    return removed + UnsavedForm.objects.filter(pk__in=forms).delete()[0]


@task()
def index_articles() -> int:
    """Index for the desk's search what was saved without it, and return how many articles and pictures."""
    return desk_search.index_late_copies() + pictures.index_late_pictures()


@task(priority=ANNOUNCING)
def announce() -> None:
    """Announce what went live and what ended; a listener that refuses is tried again later, the others now."""
    failed = []
    for listener in announcements.due(timezone.now()):
        try:
            announcements.announce_to(listener, timezone.now())
        except announcements.NotTold as trouble:
            failed.append(f"{trouble}")
    if failed:
        raise RuntimeError(" ".join(failed))  # the worker marks the task, and the desk shows it


@task(priority=PICTURES)
def draw_card(edition_pk: int) -> None:
    """Draw the card of an edition, if it still exists."""
    edition = Edition.objects.select_related("section", "lead_image").filter(pk=edition_pk, erased_at=None).first()
    if edition:
        cards.draw_edition_card(edition)


def draw_cards_again() -> None:
    """Queue again the cards that could not be drawn or deleted because the folder could not be written."""
    for job in (draw_card, remove_card):
        failed = DBTaskResult.objects.filter(task_path=job.module_path, status=TaskResultStatus.FAILED)
        rows = list(failed.filter(exception_class_path__in=REFUSED))
        for about in {row.args_kwargs["args"][0] for row in rows}:
            job.enqueue(about)
        failed.filter(pk__in=[row.pk for row in rows]).delete()


@task(priority=PICTURES)
def remove_card(name: str) -> None:
    """Delete the card of an edition that was taken back or erased."""
    cards.remove_card_file(name)
