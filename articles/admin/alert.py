from datetime import timedelta

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.forms.widgets import Script
from django.http import Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from articles import desk_search
from articles.admin.article.picks_field import path_in
from articles.admin.desk import DeskAdmin, person_column
from articles.admin.placement import WhenFilter
from articles.admin.times import short
from articles.models import Alert, Article, Edition

USUAL = timedelta(hours=1)
MOST_TOLD = 3
MOST_FOUND = 5
TICK = timedelta(microseconds=1)


class AlertForm(forms.ModelForm):
    """The form of an alert; its link is an address, or a live article, by its headline or found while one types."""

    class Media:
        js = [Script("js/desk-alert.js", type="module")]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "link" in self.fields:
            self.fields["link"].widget.attrs |= {
                "data-finds": "articles",
                "data-taken": _("Leads to “%s”."),
                "data-trouble": _("The server does not answer, so no article could be looked for."),
                "data-open": _(
                    "No article is taken yet: take one of those found, or type its whole headline or its address."
                ),
            }
            self.fields["link"].help_text = _(
                "The whole headline or the address of an article that readers see, or words of it, to take it from "
                "what is found; a page of this paper, like /latest/; or an address that begins with https://."
            )

    def clean_link(self):
        """Return a typed address; for the headline or the address of an article, its public address."""
        typed = self.cleaned_data["link"]
        if not typed or typed.startswith(("/", "https://")):
            return typed
        live = Edition.objects.live().only("headline", "path")
        if at_address := live.filter(path=path_in(typed)).first():
            return at_address.path
        rows = Article.objects.on_desk().live_with_readers(timezone.now())
        candidates = list(live.filter(article__in=desk_search.titled_first(typed, rows, most=MOST_FOUND)))
        namesakes = [candidate for candidate in candidates if _plain(candidate.headline) == _plain(typed)]
        if len(namesakes) == 1:
            return namesakes[0].path
        raise ValidationError(" ".join([_not_one(typed, namesakes), *map(_where, candidates)]))


def _plain(headline):
    return " ".join(headline.split()).casefold()


def _not_one(typed, namesakes):
    if namesakes:
        return _("Several articles have this headline. Write the address of one of them.")
    text = _(
        "“%(typed)s” is neither an address nor the whole headline of an article that readers see. Write a page of this "
        "paper like /latest/, or https://…, or the address of an article."
    )
    return text % {"typed": typed}


def _where(edition):
    params = {"headline": edition.headline, "path": edition.path}
    return _("“%(headline)s” is at %(path)s.") % params


@admin.register(Alert)
class AlertAdmin(DeskAdmin):
    """Breaking news above every page; each has an end, and of several in force the newest is shown."""

    form = AlertForm
    list_display = ["text", "starts", "ends", person_column("created_by", gettext_lazy("created by"))]
    list_filter = [WhenFilter]
    states_by = WhenFilter.parameter_name
    list_select_related = ["created_by"]
    search_fields = ["text"]
    sortable_by = []
    fields = ["text", "link", ("starts_at", "ends_at")]

    def get_urls(self):
        end = self.admin_site.admin_view(self.end_view)
        return [path("<int:pk>/end/", end, name="articles_alert_end"), *super().get_urls()]

    def get_changeform_initial_data(self, request):
        now = timezone.now().replace(second=0, microsecond=0)
        return {"starts_at": now, "ends_at": now + USUAL} | super().get_changeform_initial_data(request)

    def save_model(self, request, obj, form, change):
        if not change:
            obj.created_by = request.user
        super().save_model(request, obj, form, change)
        self._tell_of_others(request, obj)

    def _tell_of_others(self, request, alert):
        """Warn if another alert is in force at the same time: readers see one of the two."""
        overlapping = Alert.objects.not_over().at_the_same_time_as(alert)
        text = _("“%(other)s” stands at the same time. Of the two, readers see only “%(seen)s”: it begins last.")
        for overlapping_alert in overlapping[:MOST_TOLD]:
            visible = max(alert, overlapping_alert, key=lambda standing: (standing.starts_at, standing.pk))
            self.message_user(request, text % {"other": overlapping_alert, "seen": visible}, messages.WARNING)

    @method_decorator(require_POST)
    def end_view(self, request, pk):
        """Take an alert in force off every page at once."""
        with transaction.atomic():
            alert = Alert.objects.select_for_update().filter(pk=pk).first() if pk < 10**15 else None
            if alert is None:
                raise Http404
            if not self.has_change_permission(request, alert):
                raise PermissionDenied
            now = timezone.now()
            if alert.starts_at <= now < alert.ends_at:
                alert.ends_at = max(now, alert.starts_at + TICK)
                alert.save(update_fields=["ends_at"])
                self.log_change(request, alert, _("Ended at once"))
                self.message_user(request, _("The alert is over: “%(text)s”.") % {"text": alert}, messages.SUCCESS)
            else:
                text = _("This alert does not stand now, so there is nothing to end.")
                self.message_user(request, text, messages.WARNING)
        return HttpResponseRedirect(reverse("admin:articles_placement_board"))

    @admin.display(description=gettext_lazy("from"))
    def starts(self, alert):
        return short(alert.starts_at)

    @admin.display(description=gettext_lazy("until"))
    def ends(self, alert):
        return short(alert.ends_at)
