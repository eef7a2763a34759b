"""Background tasks of rates."""

import logging

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from ground.priorities import MAILS, PICTURES
from tickers import cards, ratebar
from tickers.calendar import AHEAD
from tickers.models import Rate, Source

logger = logging.getLogger(__name__)


@task(priority=PICTURES)
def draw_card(pair_pk: int) -> None:
    """Draw the picture of a pair with its newest rate for social networks."""
    newest = timezone.localdate() + AHEAD
    pair = ratebar.with_newest(newest).filter(pk=pair_pk).first()
    row = pair and ratebar.pair_row_of(pair, newest)
    if pair and row:
        cards.draw_pair_card(pair, row)


@task(priority=MAILS)
def mail_trouble(code: str) -> None:
    """Mail the rates desk that a source has failed several times in a row."""
    source = Source.objects.filter(pk=code).first()
    if source is None or not source.failures:
        return
    params = {"source": source, "count": source.failures, "trouble": source.trouble}
    subject = _("%(source)s has failed %(count)s times") % params
    body = _(
        "%(trouble)s\n\nThe bar keeps the last rates that were accepted, with their dates. "
        "Rates can be typed by hand here:\n%(address)s\n"
    )
    body %= params | {"address": settings.SITE_ROOT + reverse("admin:tickers_rate_changelist")}
    _mail(subject, body)


@task(priority=MAILS)
def mail_doubt(numbers: list[int]) -> None:
    """Mail the rates desk that readers may see wrong rates, which later ones contradict."""
    rates = list(Rate.objects.doubted().filter(pk__in=numbers).select_related("pair"))
    if not rates:
        return
    lines = [
        f"{rate}: {rate.doubt}\n{settings.SITE_ROOT}{reverse('admin:tickers_rate_change', args=[rate.pk])}"
        for rate in rates
    ]
    subject = _("Is this rate right? %(rate)s") % {"rate": rates[0]}
    body = _("Readers see it. Reject it, type another value, or say that it is right:\n\n%(rates)s\n")
    _mail(subject, body % {"rates": "\n\n".join(lines)})


def _mail(subject: str, body: str) -> None:
    """Mail everybody who may change rates, each by a task of its own, so that nobody gets a mail twice."""
    people = User.objects.with_perm("tickers.change_rate", include_superusers=False).exclude(email="")
    for pk in people.filter(is_active=True).values_list("pk", flat=True):
        mail_of_rates.enqueue(pk, subject, body)


@task(priority=MAILS)
def mail_of_rates(user_pk: int, subject: str, body: str) -> None:
    """Send a mail about rates to one person."""
    user = User.objects.filter(pk=user_pk, is_active=True).exclude(email="").first()
    if user is None:
        return
    try:
        EmailMessage(subject, body, to=[user.email]).send()
    except Exception:  # reported to the server's operator, then to the worker, which tries again
        logger.exception("No mail to user %s: %s.", user_pk, subject)
        raise
