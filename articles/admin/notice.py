"""Notices: what happened to a person's articles, and the choice of notices on the desk and by mail."""

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from articles.admin.desk import DeskAdmin
from articles.admin.lists import number_in_address
from articles.admin.times import zone
from articles.desk import notices
from articles.models import Notice

LIST = "admin:articles_notice_changelist"


@admin.register(Notice)
class NoticeAdmin(DeskAdmin):
    """Each user's own notices: no role is needed, and nobody sees another's."""

    def has_module_permission(self, request):
        return False  # the bell leads here, not the list of tables

    def has_view_permission(self, request, obj=None):
        return False

    has_add_permission = lambda self, request: False  # noqa: E731
    has_change_permission = has_delete_permission = has_view_permission

    def get_urls(self):
        opened = self.admin_site.admin_view(self.open_view)
        return [path("<int:pk>/open/", opened, name="articles_notice_open"), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        """Show the user's newest notices, and the choice of kinds."""
        if request.method == "POST":
            self._take(request)
            return HttpResponseRedirect(reverse(LIST))
        choices = notices.notice_choices(request.user)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Notices"),
            "notices": list(notices.newest_notices(request.user)),
            "choices": [(kind, kind.label, choices[kind]) for kind in Notice.Kind],
            "zone": zone(),
            "mails": not settings.EMAIL_BACKEND.endswith("console.EmailBackend"),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/articles/notice/notices.html", context)

    @method_decorator(require_safe)
    def open_view(self, request, pk):
        """Mark a notice as read, and redirect to what it is about."""
        notice = Notice.objects.filter(user=request.user, pk=pk).select_related("article").first()
        if notice is None:
            raise Http404
        notices.mark_read(request.user, notice.pk)
        return HttpResponseRedirect(notice.article.get_absolute_url() if notice.article else reverse(LIST))

    def _take(self, request):
        if "choose" in request.POST:
            choices = {kind: _choice_of(request.POST, kind) for kind in Notice.Kind.values}
            notices.choose_notices(request.user, choices)
            self.log_change(request, request.user, _("Chose which notices to get"))
            self.message_user(request, _("Your choice is saved."))
        elif "read" in request.POST:
            which = request.POST["read"]
            count = notices.mark_read(request.user, None if which == "all" else number_in_address(which))
            text = ngettext("%(count)d notice is read now.", "%(count)d notices are read now.", count)
            self.message_user(request, text % {"count": count})


def _choice_of(data, kind):
    """Return whether a kind of notice is chosen for the desk, and by mail."""
    return f"desk_{kind}" in data, f"mail_{kind}" in data
