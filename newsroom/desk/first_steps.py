"""The first steps of a new paper, each with whether it is done, for administrators until all are done or put away."""

import logging
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage
from django.db.models import Exists
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from articles.desk import first_pages, roles
from articles.models import Edition, FlatPage, Section, SiteSettings
from articles.public.brand import Brand
from ground import zones
from ground.requests import LoggedInRequest

logger = logging.getLogger(__name__)
UNNAMED = SiteSettings._meta.get_field("name").default


@dataclass(frozen=True)
class FirstStep:
    """A step: its page, the present state, whether that is enough, and whether every paper needs it."""

    slug: str
    title: str
    url: str
    fact: str
    is_done: bool
    is_needed: bool = True


def left_for(user: User) -> list[FirstStep]:
    """Return the steps that a paper still needs, for an administrator's desk; none once they are put away."""
    if roles.ADMINISTRATOR not in roles.roles_of(user) or not (paper := SiteSettings.current()).shows_first_steps:
        return []
    colleagues = User.objects.filter(is_active=True, is_staff=True).exclude(pk=user.pk)
    parts = (Section.objects.all(), colleagues, Edition.objects.filter(live_from__lte=timezone.now()))
    exists = User.objects.filter(pk=user.pk).values_list(*(Exists(rows.order_by()) for rows in parts)).get()
    steps = [_section(None), _colleague(is_there=False), _story(None)]
    lacking = [step for step, is_there in zip(steps, exists, strict=True) if not is_there]
    return [step for step in [_name(paper), _mail(paper), *lacking] if step.is_needed and not step.is_done]


def steps() -> list[FirstStep]:
    """Return all steps, in the order in which they are best taken."""
    paper = SiteSettings.current()
    section = Section.objects.order_by("pk").values_list("name", flat=True).first()
    people = User.objects.filter(is_active=True, is_staff=True).values_list("pk", flat=True)[:2]
    live_editions = Edition.objects.filter(live_from__lte=timezone.now()).order_by("live_from")
    headline = live_editions.values_list("headline", flat=True).first()
    last = [_section(section), _pages(), _colleague(is_there=len(people) > 1), _story(headline)]
    return [_name(paper), _mail(paper), _look(paper), *last]


def _name(paper: SiteSettings) -> FirstStep:
    is_done = paper.name != UNNAMED
    params = {"name": paper.name, "zone": zones.label(paper.time_zone, timezone.now())}
    fact = _("%(name)s; its day begins by the clocks of %(zone)s") if is_done else _("No name yet; clocks of %(zone)s")
    url = reverse("admin:articles_sitesettings_change", args=[1])
    return FirstStep("name", _("Name the paper and choose its time zone"), url, fact % params, is_done)


def _mail(paper: SiteSettings) -> FirstStep:
    if not settings.EMAIL_HOST:
        fact = _(
            "No mail server: whoever looks after the server names one in NEWSROOM_EMAIL_HOST. The desk works without."
        )
    elif paper.mail_worked_at is None:
        fact = _("A mail server is named, and nobody has tried it from here.")
    else:
        fact = _("The mail server that was named then took a test mail: %(time)s") % {
            "time": date_format(timezone.localtime(paper.mail_worked_at), "SHORT_DATETIME_FORMAT")
        }
    is_done = bool(settings.EMAIL_HOST) and paper.mail_worked_at is not None
    url = reverse("admin:first_steps") + "#mail"
    return FirstStep("mail", _("See whether mail works"), url, fact, is_done, is_needed=bool(settings.EMAIL_HOST))


def _look(paper: SiteSettings) -> FirstStep:
    brand = Brand(paper)
    is_done = bool(brand.style or brand.nameplate or paper.logo_id)
    fact = _("The paper has a look of its own.") if is_done else _("The paper looks as it came.")
    url = reverse("admin:articles_paperlook_change", args=[1])
    return FirstStep("look", _("Choose colours, fonts and a nameplate"), url, fact, is_done, is_needed=False)


def _section(first: str | None) -> FirstStep:
    fact = _("There is “%(name)s”.") % {"name": first} if first else _("No section yet; each article needs one.")
    url = reverse(f"admin:articles_section_{'changelist' if first else 'add'}")
    return FirstStep("section", _("Make the first section"), url, fact, first is not None)


def _pages() -> FirstStep:
    """Return the step of the pages about the paper and on privacy."""
    public = len(FlatPage.objects.filter(slug__in=["about", "privacy"], is_public=True).values_list("pk"))
    lacking = first_pages.lacking()
    fact = _("Readers have a page about the paper and one on privacy.")
    if public < 2:
        fact = _("Not all are there: drafts can be made of them.") if lacking else _("They are drafts: fill them in.")
    url = reverse("admin:articles_flatpage_changelist")
    return FirstStep(
        "pages", _("Say who makes the paper, and what it keeps of readers"), url, fact, public == 2, is_needed=False
    )


def _colleague(*, is_there: bool) -> FirstStep:
    fact = _("You are not alone.") if is_there else _("Nobody else can log in yet.")
    return FirstStep("colleague", _("Invite the first colleague"), reverse("admin:auth_user_add"), fact, is_there)


def _story(headline: str | None) -> FirstStep:
    fact = _("The first was “%(headline)s”.") % {"headline": headline}
    if headline is None:
        fact = _("Nothing was published yet.")
    return FirstStep(
        "story", _("Publish the first article"), reverse("admin:articles_article_add"), fact, headline is not None
    )


@require_http_methods(["GET", "POST"])
def first_steps_view(request: LoggedInRequest, site: AdminSite) -> HttpResponse:
    """The page of the steps; a POST sends a test mail to the user, or puts the steps away."""
    if roles.ADMINISTRATOR not in roles.roles_of(request.user):
        raise PermissionDenied
    if request.method == "POST":
        return _put_away(request) if "put_away" in request.POST else _try_mail(request)
    all_steps = steps()
    context = site.each_context(request) | {
        "title": _("First steps"),
        "steps": all_steps,
        "left": sum(step.is_needed and not step.is_done for step in all_steps),
        "is_shown": SiteSettings.current().shows_first_steps,
        "can_mail": bool(settings.EMAIL_HOST),
    }
    return TemplateResponse(request, "admin/first_steps.html", context)


def _put_away(request: LoggedInRequest) -> HttpResponse:
    SiteSettings.objects.update_or_create(pk=1, defaults={"shows_first_steps": False})
    messages.success(request, _("The first steps are put away."))
    return HttpResponseRedirect(reverse("admin:index"))


def _try_mail(request: LoggedInRequest) -> HttpResponse:
    """Send a mail now, so that the user sees what the mail server answers."""
    here, user = HttpResponseRedirect(reverse("admin:first_steps")), request.user
    if not settings.EMAIL_HOST or not user.email:
        lacking = _("No mail server is named.") if user.email else _("Your login has no mail address.")
        messages.error(request, lacking)
        return here
    text = _("This is the test mail that you asked for. Mail from the newsroom arrives.")
    try:
        EmailMessage(_("Test mail of the newsroom"), text, to=[user.email]).send()
    except Exception as error:  # whatever the mail server did
        logger.exception("The test mail was not sent.")
        params = {"host": settings.EMAIL_HOST, "error": error}
        messages.error(request, _("The mail was not sent. The mail server %(host)s said: %(error)s") % params)
        return here
    SiteSettings.objects.update_or_create(pk=1, defaults={"mail_worked_at": timezone.now()})
    params = {"host": settings.EMAIL_HOST, "address": user.email}
    messages.success(
        request, _("The mail server %(host)s took a mail to %(address)s: look whether it arrived.") % params
    )
    return here
