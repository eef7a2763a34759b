"""The time a page is requested for: now, or for staff any other by ``?at=2026-12-01T06:00``."""

from datetime import datetime

from django.core.exceptions import BadRequest, PermissionDenied
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from ground import fragments
from newsroom.serving import frame

MADE_ANEW = ("/admin/", "/preview/")  # pages that must show nothing of readers' cached fragments
UNFRAMED = "/media/"  # these addresses show no page and need no database
READS_EDITIONS = "articles.view_edition"  # whoever may not read editions on the desk does not read them here either
# Models that readers see: stored for every moment; dated, but possibly corrected since; only of today.
OF_THAT_TIME = {
    "articles.Edition",
    "articles.EditionByline",
    "articles.EditionCorrection",
    "articles.EditionImage",
    "articles.EditionSection",
    "articles.EditionTag",
}
DATED = {"articles.Alert", "articles.Placement", "tickers.Rate"}
OF_TODAY = {
    "articles.Author",
    "articles.EmbedProvider",
    "articles.FlatPage",
    "articles.FormerAddress",
    "articles.Image",
    "articles.MenuLink",
    "articles.Merge",
    "articles.OldAddress",
    "articles.Redirect",
    "articles.Section",
    "articles.SiteSettings",
    "taggit.Tag",
    "tickers.Pair",
}
YEARS = range(1900, 3000)  # as in the archive's addresses; far years can't be converted to other zones


class MomentMiddleware:
    """Sets a request's ``at``, its ``frame`` and the paper's time zone; ``shown_at`` only for another time than now."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.at, request.shown_at = timezone.now(), None
        if request.path.startswith(UNFRAMED):
            return self.get_response(request)
        request.frame = frame.frame_at(token=getattr(request, "generation", None))
        with timezone.override(request.frame.zone):
            if "at" in request.GET and not request.path.startswith("/admin/"):
                return self._another_time(request)
            if request.path.startswith(MADE_ANEW):
                return self.get_response(request)
            with fragments.use_cache(request.frame.fragment_cache):
                return self.get_response(request)

    def _another_time(self, request):
        if not (request.user.is_active and request.user.is_staff):
            raise PermissionDenied(_("Log in to the newsroom to see the paper at another time."))
        if not request.user.has_perm(READS_EDITIONS):
            raise PermissionDenied(
                _("The paper at another time shows what is scheduled and withdrawn; your role may not read that.")
            )
        request.at = request.shown_at = _read(request.GET["at"])
        request.frame = frame.frame_at(request.at)
        response = self.get_response(request)
        add_never_cache_headers(response)
        return response


def _read(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise BadRequest(_("Write the time like 2026-12-01T06:00."))
    if moment.year not in YEARS:
        raise BadRequest(_("The paper can be shown from 1900 to 2999. Write the time like 2026-12-01T06:00."))
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
