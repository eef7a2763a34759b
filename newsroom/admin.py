"""The admin site: the desk's one door, with an index that says what waits, what comes and what is live."""

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles import roles
from articles.models import Article, ArticleByline, Edition
from newsroom.overwriting import guarded

Stage = Article.Stage
SHOWN = 10  # rows of each list on the index

# The desk's tables as an editor thinks of them; what stands nowhere comes last, for those who may see it.
GROUPS = [
    ("stories", _("Stories"), ["articles.article", "articles.edition", "articles.revision"]),
    ("front-page", _("Front page"), ["articles.placement"]),
    ("library", _("Library"), ["articles.image", "taggit.tag", "articles.section"]),
    ("people", _("People"), ["articles.author", "auth.user", "auth.group"]),
    ("rates", _("Rates"), ["tickers.pair", "tickers.rate"]),
    ("paper", _("Paper"), ["articles.sitesettings"]),
]


class DeskAutocomplete(AutocompleteJsonView):
    """Django's, with what a model's admin wants said of a row (``describe_choice``), and to whom (``may_choose``)."""

    def serialize_result(self, obj, to_field_name):
        describe = getattr(self.model_admin, "describe_choice", None)
        return super().serialize_result(obj, to_field_name) | (describe(obj) if describe else {})

    def has_perm(self, request, obj=None):
        may_choose = getattr(self.model_admin, "may_choose", self.model_admin.has_view_permission)
        return may_choose(request)


class NewsroomAdminSite(admin.AdminSite):
    """Django's admin with the newsroom's name and index."""

    site_title = _("Newsroom")
    site_header = _("Newsroom")
    index_title = _("The desk")
    enable_nav_sidebar = True

    def register(self, model_or_iterable, admin_class=None, **options):
        """Django's; whatever is registered, its forms overwrite nothing unseen."""
        super().register(model_or_iterable, guarded(admin_class or admin.ModelAdmin), **options)

    def index(self, request, extra_context=None):
        return super().index(request, desk(request.user) | (extra_context or {}))

    def autocomplete_view(self, request):
        return DeskAutocomplete.as_view(admin_site=self)(request)

    def get_app_list(self, request, app_label=None):
        """All that ``request.user`` may see, in groups; Django's own list for the page of one app."""
        apps = super().get_app_list(request, app_label)
        if app_label:
            return apps
        models = {model["model"]._meta.label_lower: model for app in apps for model in app["models"]}
        groups = [_group(slug, name, [models.pop(label, None) for label in labels]) for slug, name, labels in GROUPS]
        groups.append(_group("machinery", _("Machinery"), list(models.values())))
        return [group for group in groups if group["models"]]


def _group(slug, name, models):
    found = [model for model in models if model]
    return {"name": name, "app_label": slug, "app_url": "", "has_module_perms": True, "models": found}


def desk(user):
    """What the index shows to ``user``; every list is short and none is counted."""
    if not user.has_perm("articles.view_article"):
        return {}
    now = timezone.now()
    editions = Edition.objects.select_related("section", "cut_by").defer("body", "corrections", "standfirst")
    live = editions.live(now).order_by("-live_from")
    return {
        "desk": {
            "now": now,
            "zone": str(timezone.get_current_timezone()),
            "waiting": _articles(_in_review_for(user), Stage.IN_REVIEW, Stage.READY),
            "mine": _articles(_drafts_of(user), Stage.DRAFT),
            "scheduled": editions.filter(live_from__gt=now).order_by("live_from")[:SHOWN],
            "live": live[:SHOWN],
            "unpublished": _articles(_live(now), Stage.DRAFT, Stage.IN_REVIEW, Stage.READY),
        }
    }


def _articles(rows, *stages):
    """The newest in any of ``stages``: a query each, as one for all would walk the whole archive to find few."""
    rows = rows.select_related("section", "saved_by").defer("body", "corrections", "standfirst")
    found = [article for stage in stages for article in rows.filter(stage=stage)[:SHOWN]]
    return sorted(found, key=lambda article: article.saved_at, reverse=True)[:SHOWN]


def _in_review_for(user):
    """What waits for an editor: everything for those who publish everywhere, else what is in their sections."""
    waiting = Article.objects.all()
    if roles.of(user) & {roles.CHIEF_EDITOR, roles.ADMINISTRATOR}:
        return waiting
    if roles.SECTION_EDITOR not in roles.of(user):
        return Article.objects.none()
    sections = roles.section_ids(user)
    return waiting.filter(Q(section__in=sections) | Q(section__parent__in=sections))


def _drafts_of(user):
    bylines = ArticleByline.objects.filter(article=OuterRef("pk"), author__user=user)
    return Article.objects.filter(Q(created_by=user) | Exists(bylines))


def _live(now):
    """Articles that readers see; in any stage but published, the working copy says something they don't see yet."""
    live = Edition.objects.live(now).filter(article=OuterRef("pk"))
    return Article.objects.filter(Exists(live))
