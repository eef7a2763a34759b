"""Links by which people set their own password: an invitation, or a new password in place of a forgotten one.

A link works once and until a time, for a limited number of tries. The database has only a digest of its secret; the
address is shown once, or mailed, and can't be recovered afterwards.
"""

import logging
import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from articles.desk.people import sessions
from articles.folding import same
from articles.models import PasswordLink, SiteSettings
from articles.models.access import secret_digest
from ground.priorities import MAILS

logger = logging.getLogger(__name__)
Purpose = PasswordLink.Purpose
WORKS = {Purpose.INVITATION: timedelta(days=7), Purpose.RESET: timedelta(days=1)}
ASKED_FOR = timedelta(hours=2)  # how long a link works that was requested on the login page
PATIENCE = timedelta(minutes=5)  # between two mails that one person requested
MOST_ASKED = 100  # requests by anybody in that time, so that a flood fills no table


def has_mail() -> bool:
    """Return whether mails reach people; without a server they go to the console."""
    return bool(settings.EMAIL_HOST)


def purpose_of(user: User) -> str:
    """Return the purpose of a link for ``user``: an invitation if they never set a password."""
    return Purpose.RESET if user.has_usable_password() else Purpose.INVITATION


@transaction.atomic
def make_link(user: User, *, by: User | None, mailed_to: str = "") -> tuple[PasswordLink, str]:
    """Create a link for ``user`` and return it with its path, which can't be recovered later; the former link ends."""
    User.objects.select_for_update().get(pk=user.pk)
    end_open(user)
    secret, purpose = secrets.token_urlsafe(32), purpose_of(user)
    until = timezone.now() + (WORKS[Purpose(purpose)] if by else ASKED_FOR)
    link = PasswordLink.objects.create(
        user=user,
        purpose=purpose,
        secret_digest=secret_digest(secret),
        made_by=by,
        mailed_to=mailed_to,
        expires_at=until,
    )
    return link, reverse("set_password", args=[link.name, secret])


def end_open(user: User) -> int:
    """End the unused links of ``user``, and return how many."""
    return PasswordLink.objects.open().filter(user=user).update(ended_at=timezone.now())


def working_link(name: str) -> PasswordLink | None:
    """Return the link of that name if it works, for somebody who has shown its secret."""
    return PasswordLink.objects.valid().select_related("user").filter(name=name).first()


def find_link(name: str, secret: str) -> PasswordLink | None:
    """Return the link of an address if it works; a wrong secret counts as a try."""
    link = working_link(name)
    if link is None:
        return None
    if not constant_time_compare(link.secret_digest, secret_digest(secret)):
        count_try(link)
        return None
    return link


def count_try(link: PasswordLink) -> None:
    """Count a try, because a link allows a limited number of them."""
    PasswordLink.objects.filter(pk=link.pk).update(tries=F("tries") + 1)


@transaction.atomic
def use(link: PasswordLink, password: str) -> bool:
    """Set the password of the link's user and end their sessions; return False if the link was used meanwhile."""
    used = PasswordLink.objects.valid().filter(pk=link.pk).update(used_at=timezone.now())
    if not used:
        return False
    user = link.user
    user.set_password(password)
    user.save(update_fields=["password"])
    sessions.end_all(user)
    is_first = link.purpose == Purpose.INVITATION
    log_text = _("Set their password by the invitation") if is_first else _("Set a new password by a link")
    LogEntry.objects.log_actions(user.pk, [user], CHANGE, log_text, single_object=True)
    return True


def mail(user: User, *, by: User) -> PasswordLink:
    """Mail a link to ``user``. The task makes its secret, so that no queue holds it."""
    link, _path = make_link(user, by=by, mailed_to=user.email)
    transaction.on_commit(lambda: mail_link.enqueue(link.pk), robust=True)
    return link


@task(priority=MAILS)
def mail_link(link_pk: int) -> None:
    """Give a waiting link a new secret and mail it to the person."""
    link = PasswordLink.objects.valid().select_related("user", "made_by").filter(pk=link_pk).first()
    if link is None or not link.mailed_to:
        return
    secret = secrets.token_urlsafe(32)
    PasswordLink.objects.filter(pk=link.pk).update(secret_digest=secret_digest(secret))
    _send(link, settings.SITE_ROOT + reverse("set_password", args=[link.name, secret]))


def ask_for_link(address: str) -> None:
    """Mail a link to the users with this mail address; the work takes the same time if there are none."""
    just_now = timezone.now() - PATIENCE
    queued = DBTaskResult.objects.filter(task_path=mail_asked_for.module_path, enqueued_at__gt=just_now)
    if queued.count() < MOST_ASKED:
        mail_asked_for.enqueue(address)


@task(priority=MAILS)
def mail_asked_for(address: str) -> None:
    """Mail a link to every user with this mail address who may log in; nothing tells whether there are any."""
    just_now = timezone.now() - PATIENCE
    for user in User.objects.filter(same("email", address.strip()), is_active=True, is_staff=True).order_by("pk")[:5]:
        recent_links = PasswordLink.objects.filter(user=user, made_by=None, made_at__gt=just_now)
        if not user.email or not user.has_usable_password() or recent_links.exists():
            continue
        link, path = make_link(user, by=None, mailed_to=user.email)
        try:
            _send(link, settings.SITE_ROOT + path)
        except Exception:
            link.delete()  # else the next try would take it for a mail that was sent a moment ago
            raise


def _send(link: PasswordLink, address: str) -> None:
    paper = SiteSettings.current()
    words = {
        "paper": paper.name,
        "person": link.user.get_full_name() or link.user.get_username(),
        "by": (link.made_by.get_full_name() or link.made_by.get_username()) if link.made_by else "",
        "login": link.user.get_username(),
        "address": address,
        "until": paper.time_in_words(link.expires_at),
    }
    subject, text = _mail_of(link)
    try:
        EmailMessage(subject % words, text % words, to=[link.mailed_to]).send()
    except Exception:  # reported to the server's operator, then to the worker, which marks the task as failed
        logger.exception("No mail with a password link to user %s: make the link anew.", link.user_id)
        raise


def _mail_of(link: PasswordLink) -> tuple[str, str]:
    """Return the subject and the text of the mail that brings the link."""
    if link.purpose == Purpose.INVITATION:
        return _("Your login for %(paper)s"), _(
            "Hello %(person)s,\n\n%(by)s invites you to the newsroom of %(paper)s. Your login is %(login)s.\n"
            "Set your password here, once, until %(until)s:\n\n%(address)s\n\n"
            "Whoever has this address can set the password, so please forward it to nobody.\n"
        )
    return _("A new password for %(paper)s"), _(
        "Hello %(person)s,\n\nhere you set a new password for your login %(login)s at %(paper)s, once, "
        "until %(until)s:\n\n%(address)s\n\n"
        "If you did not ask for it, you need do nothing: your password stays as it is.\n"
    )
