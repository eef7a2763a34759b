"""Who logged in, who was not let in, and from where: in the audit, and a line for each in the server's log.

The lines have one form, which docs/operators.md gives to fail2ban. No line and no entry has what somebody typed: a
password is easily typed into the wrong field.
"""

import logging

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django_tasks import task

from ground.client_address import client_address

logger = logging.getLogger("newsroom.sign_in")
PASSWORD, CODE, TOO_MANY = "password", "code", "attempts"
PROVIDER = "provider"


def note_sign_in(request: HttpRequest, user: User, by: str) -> None:
    """Write down that ``user`` logged in, ``by`` what."""
    address = client_address(request)
    logger.info("let in address=%s user=%s by=%s", address, user.pk, by)
    log_text = _("Logged in from %(address)s") % {"address": address}
    LogEntry.objects.log_actions(user.pk, [user], CHANGE, log_text, single_object=True)


def note_refusal(request: HttpRequest, login: str, reason: str) -> None:
    """Write down that somebody was not let in as ``login``, which may be nobody's.

    The worker writes the audit, so that the answer takes as long whether there is such a login or not. What was refused
    without a look at the password stands in the log alone.
    """
    user_pk = User.objects.filter(username=login).values_list("pk", flat=True).first()
    address = client_address(request)
    logger.warning("refused address=%s user=%s reason=%s", address, user_pk or "unknown", reason)
    if reason != TOO_MANY:
        audit_refusal.enqueue(user_pk or 0, address, reason)


@task()
def audit_refusal(user_pk: int, address: str, reason: str) -> None:
    """Add a refused login to the audit; 0 is no user's."""
    user = User.objects.filter(pk=user_pk).first()
    if user is None:
        return
    texts = {
        PASSWORD: _("Not let in: a wrong password was typed at %(address)s"),
        PROVIDER: _("Not let in: a provider was asked at %(address)s"),
        CODE: _("Not let in: a wrong second factor was shown at %(address)s"),
    }
    LogEntry.objects.log_actions(user.pk, [user], CHANGE, texts[reason] % {"address": address}, single_object=True)
