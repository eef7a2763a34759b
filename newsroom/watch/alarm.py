"""The alarm: what is wrong is written down, and mailed to administrators once when it begins and once at its end."""

import logging
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from articles.desk import roles
from articles.models import PaperFault
from ground import outcomes
from newsroom.watch.checks import find_faults
from newsroom.watch.findings import ERROR, Finding
from newsroom.watch.readers import watch_readers

logger = logging.getLogger(__name__)
OVER = timedelta(minutes=3)  # not seen for so long, a fault is over
OVER_ERROR = timedelta(hours=1)  # errors of pages come and go
SAME = 60  # seconds in which one process writes the same error once
noted: dict[str, float] = {}  # keys of errors, with the time at which this process wrote each


def look(now: datetime | None = None) -> list[Finding]:
    """Look at everything, write down what is wrong, mail what is new and what is over; return what is wrong."""
    now = now or timezone.now()
    findings = find_faults(now) + list(watch_readers(now))
    for finding in findings:
        note_fault(finding, now)
    mail_new(now)
    mail_over(now)
    return findings


def note_fault(finding: Finding, now: datetime) -> None:
    """Write down that ``finding`` is wrong at ``now``."""
    words = {"text": finding.text, "advice": finding.advice, "seen_at": now}
    PaperFault.objects.update_or_create(
        key=finding.key[:200], host=finding.host, defaults=words, create_defaults=words | {"began_at": now}
    )


def mail_new(now: datetime) -> None:
    """Mail the faults of which nobody was told; a mail that fails is sent at the next look."""
    claimed = [row for row in PaperFault.objects.filter(mailed_at=None) if _claim(row, mailed_at=now)]
    if claimed and not _send(_("Newsroom: %(text)s"), claimed):
        PaperFault.objects.filter(pk__in=[row.pk for row in claimed]).update(mailed_at=None)


def mail_over(now: datetime) -> None:
    """Mail that faults are over, and delete their rows; those of which nobody was told just go."""
    is_error = Q(key__startswith=ERROR)
    over = PaperFault.objects.filter((~is_error & Q(seen_at__lt=now - OVER)) | Q(seen_at__lt=now - OVER_ERROR))
    over.filter(mailed_at=None).delete()
    claimed = [row for row in over if _claim(row, seen_at=row.seen_at - timedelta(microseconds=1))]
    if claimed and _send(_("Newsroom, over: %(text)s"), claimed):
        PaperFault.objects.filter(pk__in=[row.pk for row in claimed]).delete()


def _claim(row: PaperFault, **columns: datetime) -> bool:
    """Return whether this process, and no other, mails ``row`` now."""
    unchanged = PaperFault.objects.filter(pk=row.pk, seen_at=row.seen_at, mailed_at=row.mailed_at)
    return bool(unchanged.update(**columns))


def _send(subject: str, rows: list[PaperFault]) -> bool:
    """Mail ``rows`` to the administrators, and return whether that worked, or there is nobody to mail to."""
    if not (people := addresses_of_administrators()):
        return True
    lines = [f"{row.text}\n{row.advice}\n" + _("Since %s UTC") % f"{row.began_at:%Y-%m-%d %H:%M}" for row in rows]
    lines.append(settings.SITE_ROOT + reverse("admin:machinery"))
    try:
        first = Truncator(" ".join(rows[0].text.split())).chars(120)
        EmailMessage(subject % {"text": first}, "\n\n".join(lines), bcc=people).send()
    except Exception:  # whatever the mail server does: the desk and the monitors say it, and the next look tries again
        logger.exception("Administrators could not be mailed about %s faults.", len(rows))
        return False
    return True


def addresses_of_administrators() -> list[str]:
    """Return the mail addresses of those who look after the paper."""
    people = User.objects.filter(Q(is_superuser=True) | Q(groups__name=roles.ADMINISTRATOR), is_active=True)
    return sorted(set(people.exclude(email="").values_list("email", flat=True)))


def note_error(sender: object, request: object = None, **kwargs: object) -> None:
    """Receive Django's signal of an error in a view: administrators are told of each kind once."""
    import sys

    error, match = sys.exc_info()[1], getattr(request, "resolver_match", None)
    view = match.view_name or match.route if match else "?"
    key = f"{ERROR}{type(error).__name__} {view}"
    if error is None or time.monotonic() - noted.get(key, -SAME) < SAME:
        return
    noted[key] = time.monotonic()
    words = {"error": type(error).__name__, "view": view}
    try:
        with outcomes.in_passing():
            text = _("A page failed with %(error)s: %(view)s") % words
            note_fault(Finding(key, text, _("The log has more.")), timezone.now())
    except Exception:  # the database is away, which the probes say
        logger.warning("The error %s could not be written down.", key)
