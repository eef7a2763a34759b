"""Links by which people set their own password: an invitation, or a new password in place of one that is forgotten.

A link is used once and until a time, and takes a limited number of tries. The database holds a digest of its secret;
the address is shown once, or mailed, and can't be found out afterwards.
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

logger = logging.getLogger(__name__)
Purpose = PasswordLink.Purpose
WORKS = {Purpose.INVITATION: timedelta(days=7), Purpose.RESET: timedelta(days=1)}
ASKED_FOR = timedelta(hours=2)  # how long a link works that somebody asked for on the page for logging in
PATIENCE = timedelta(minutes=5)  # between two mails that one person asked for
MOST_ASKED = 100  # in that time, by anybody: a flood fills no table


def has_mail() -> bool:
    """Whether mails reach people; without a server they go to the console."""
    return bool(settings.EMAIL_HOST)


def purpose_of(user: User) -> str:
    """What a link would be for: whoever never set a password is invited."""
    return Purpose.RESET if user.has_usable_password() else Purpose.INVITATION


@transaction.atomic
def make_link(user: User, *, by: User | None, mailed_to: str = "") -> tuple[PasswordLink, str]:
    """A new link for ``user`` with its path, which can be known only now; the one before leads nowhere from now on."""
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
    """Make the links of ``user`` that nobody used lead nowhere; how many."""
    return PasswordLink.objects.open().filter(user=user).update(ended_at=timezone.now())


def find_link(name: str, secret: str) -> PasswordLink | None:
    """The link of an address, if it leads somewhere; a wrong secret is a try."""
    link = PasswordLink.objects.valid().select_related("user").filter(name=name).first()
    if link is None:
        return None
    if not constant_time_compare(link.secret_digest, secret_digest(secret)):
        count_try(link)
        return None
    return link


def count_try(link: PasswordLink) -> None:
    """Remember a try, so that a link does not take any number of them."""
    PasswordLink.objects.filter(pk=link.pk).update(tries=F("tries") + 1)


@transaction.atomic
def use(link: PasswordLink, password: str) -> bool:
    """Set the password of the person whom the link is for and end their sessions; False if somebody was quicker."""
    used = PasswordLink.objects.valid().filter(pk=link.pk).update(used_at=timezone.now())
    if not used:
        return False
    user = link.user
    user.set_password(password)
    user.save(update_fields=["password"])
    sessions.end_all(user)
    is_first = link.purpose == Purpose.INVITATION
    said = _("Set their password by the invitation") if is_first else _("Set a new password by a link")
    LogEntry.objects.log_actions(user.pk, [user], CHANGE, said, single_object=True)
    return True


def mail(user: User, *, by: User) -> PasswordLink:
    """Have a link mailed to ``user``. It is made by whoever sends the mail, so that no queue holds its secret."""
    link, _path = make_link(user, by=by, mailed_to=user.email)
    transaction.on_commit(lambda: mail_link.enqueue(link.pk), robust=True)
    return link


@task()
def mail_link(link_pk: int) -> None:
    """Give a link that waits a new secret and mail it to the person."""
    link = PasswordLink.objects.valid().select_related("user", "made_by").filter(pk=link_pk).first()
    if link is None or not link.mailed_to:
        return
    secret = secrets.token_urlsafe(32)
    PasswordLink.objects.filter(pk=link.pk).update(secret_digest=secret_digest(secret))
    _send(link, settings.SITE_ROOT + reverse("set_password", args=[link.name, secret]))


def ask_for_link(address: str) -> None:
    """Have a link mailed to whoever has this mail address; the work is the same whether anybody has."""
    just_now = timezone.now() - PATIENCE
    queued = DBTaskResult.objects.filter(task_path=mail_asked_for.module_path, enqueued_at__gt=just_now)
    if queued.count() < MOST_ASKED:
        mail_asked_for.enqueue(address)


@task()
def mail_asked_for(address: str) -> None:
    """Mail a link to everybody whose mail address this is and who may log in; nobody hears of an address of nobody."""
    just_now = timezone.now() - PATIENCE
    for user in User.objects.filter(same("email", address.strip()), is_active=True, is_staff=True).order_by("pk")[:5]:
        asked = PasswordLink.objects.filter(user=user, made_by=None, made_at__gt=just_now)
        if not user.email or not user.has_usable_password() or asked.exists():
            continue
        link, path = make_link(user, by=None, mailed_to=user.email)
        _send(link, settings.SITE_ROOT + path)


def _send(link: PasswordLink, address: str) -> None:
    paper = SiteSettings.current()
    words = {
        "paper": paper.name,
        "person": link.user.get_full_name() or link.user.get_username(),
        "by": (link.made_by.get_full_name() or link.made_by.get_username()) if link.made_by else "",
        "login": link.user.get_username(),
        "address": address,
        "until": paper.said(link.expires_at),
    }
    subject, text = _mail_of(link)
    try:
        EmailMessage(subject % words, text % words, to=[link.mailed_to]).send()
    except Exception:  # told to whoever runs the server, then left to the worker, which marks the task as failed
        logger.exception("No mail with a password link to user %s: make the link anew.", link.user_id)
        raise


def _mail_of(link: PasswordLink) -> tuple[str, str]:
    """The subject and the text of the mail that brings the link."""
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
