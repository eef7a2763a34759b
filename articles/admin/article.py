"""The article screen. The newsroom is open inside: everybody on the desk reads every article, ``roles.may`` says
who edits which.

A POST saves the working copy first, then takes the step whose button was pressed, both in one transaction.
A step that is refused leaves the text saved and comes back with everything that was typed for it.
"""

from functools import partial

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe
from js_asset import Media

from articles import cutting, rendering, revisions, roles, workflow
from articles.admin import pictures, state, steps
from articles.admin.article_form import ArticleForm, BylineForm, BylineFormSet
from articles.admin.article_list import ArticleList, MineFilter, SectionFilter, standing
from articles.admin.desk import DeskAdmin, DeskInline
from articles.admin.lists import number
from articles.admin.times import said, short, zone
from articles.models import Article, ArticleByline, Revision
from articles.workflow import WorkflowError

REFUSED = "refused step"  # in the session: what was typed for it
MORE = ["kicker", "dateline", "slug", "embargo_until", "corrections", "off_front"]
SEARCH_AND_SOCIAL = ["seo_title", "seo_description", "social_title", "social_description", "noindex"]
MOST_FOUND = 1000  # of a search; filters beside it look among them
MOST_AT_ONCE = 50  # articles of one bulk action


class BylineInline(DeskInline):
    model = ArticleByline
    form = BylineForm
    formset = BylineFormSet
    autocomplete_fields = ["author"]
    fields = ["author", "order"]
    extra = 1

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("author")

    def has_add_permission(self, request, obj=None):
        return True  # whoever may edit the article; the form is read-only for others

    has_change_permission = has_delete_permission = has_view_permission = has_add_permission


@admin.register(Article)
class ArticleAdmin(DeskAdmin):
    form = ArticleForm
    inlines = [BylineInline]
    autocomplete_fields = ["section", "lead_image"]
    readonly_fields = ["lead_picture", "shown_body", "shown_tags"]
    change_form_template = "admin/articles/article/change_form.html"
    view_on_site = False  # the state beside the form leads to what is live
    list_display = ["headline", "section", "standing", "saved"]
    list_filter = [MineFilter, "stage", SectionFilter, "kind", "language"]
    list_select_related = ["section", "saved_by"]
    search_fields = ["headline"]
    search_help_text = gettext_lazy("Words of the headline, or an article’s number.")
    sortable_by = ["saved"]
    actions = ["submit_selected", "publish_selected"]

    # The list

    def get_queryset(self, request):
        return super().get_queryset(request).with_state()

    def get_changelist(self, request, **kwargs):
        return ArticleList

    def get_search_results(self, request, queryset, search_term):
        """Find the newest first by an index that holds all a search reads, then load only those."""
        found, _distinct = super().get_search_results(
            request, Article.objects.order_by("-saved_at", "-pk"), search_term
        )
        return queryset.filter(pk__in=list(found.values_list("pk", flat=True)[:MOST_FOUND])), False

    @admin.display(description=gettext_lazy("state"))
    def standing(self, article):
        return standing(article)

    @admin.display(description=gettext_lazy("saved"), ordering="saved_at")
    def saved(self, article):
        return format_html("{} {}", short(article.saved_at), article.saved_by or "")

    def describe_choice(self, article):
        """What an autocomplete says of an article besides its number."""
        return {"text": f"{article.headline} ({standing(article)})"}

    # Rights

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or roles.may(request.user, "edit", obj))

    def has_delete_permission(self, request, obj=None):
        """Only what no reader ever saw, or will see by a schedule, is deleted; the rest is withdrawn."""
        if not super().has_delete_permission(request, obj):
            return False
        return obj is None or (roles.may(request.user, "delete", obj) and not obj.editions.exists())

    def has_publish_permission(self, request):
        return roles.may(request.user, "publish")

    def has_submit_permission(self, request):
        return roles.may(request.user, "submit")

    # The form

    def get_fieldsets(self, request, obj=None):
        may_edit = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        body, tags = ("body", "tags") if may_edit else ("shown_body", "shown_tags")
        return [
            (None, {"fields": ["headline", "standfirst", body], "classes": ["text"]}),
            (_("Place"), {"fields": ["section", "further_sections", tags, ("kind", "language")]}),
            (_("Lead picture"), {"fields": ["lead_image", "lead_picture", "lead_caption"]}),
            (_("More"), {"fields": MORE, "classes": ["collapse"]}),
            (_("Search engines and social networks"), {"fields": SEARCH_AND_SOCIAL, "classes": ["collapse"]}),
        ]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """As on every screen; but sections are not made in passing."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "section":
            field.widget.can_add_related = field.widget.can_change_related = field.widget.can_view_related = False
        return field

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.user = request.user
        return form

    def get_formset_kwargs(self, request, obj, inline, prefix):
        """A new article begins with the byline of whoever begins it."""
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        author = getattr(request.user, "author", None) if request.method == "GET" and obj.pk is None else None
        return kwargs | ({"initial": [{"author": author.pk}]} if author else {})

    def get_object(self, request, object_id, from_field=None):
        """The article; with its row locked where a form is being saved, so that two saves follow one another."""
        if request.method == "POST" and connection.in_atomic_block:
            list(Article.objects.select_for_update().filter(pk=number(object_id)).values_list("pk"))
        return super().get_object(request, object_id, from_field)

    @admin.display(description=gettext_lazy("picture"))
    def lead_picture(self, article):
        return pictures.shown(article.lead_image, "lead_image")

    @admin.display(description=gettext_lazy("body"))
    def shown_body(self, article):
        return format_html('<div class="body">{}</div>', rendering.body(article.body))

    @admin.display(description=gettext_lazy("tags"))
    def shown_tags(self, article):
        return ", ".join(row.tag.name for row in article.tag_rows.select_related("tag"))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["media"] = Media.from_media(context["media"], nonce=request.csp_nonce)
        now = state.of(obj)
        context |= {
            "state": now,
            "offered": steps.offered(request.user, obj, now),
            "step_form": self._step_form(request, obj),
            "newer": getattr(context["adminform"].form, "newer", None),
            "zone": zone(),
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _step_form(self, request, article):
        """The fields of the steps: as typed when a step was refused, or when the form itself comes back."""
        if request.method == "POST":
            return steps.StepForm(request.POST)
        refused = request.session.get(REFUSED, {})
        if not article or refused.get("article") != article.pk:
            return steps.StepForm()
        del request.session[REFUSED]
        form = steps.StepForm(refused["given"])
        steps.refuse(form, refused["step"], WorkflowError(refused["text"]))
        return form

    # Saving, and the steps

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Django's; but somebody who may take a step without editing (take back, say) posts a form without fields."""
        if request.method == "POST" and object_id and "_step" in request.POST:
            with transaction.atomic():
                article = self.get_object(request, unquote(object_id))
                if article and not self.has_change_permission(request, article):
                    return self._step_alone(request, article)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request, obj, form, change):
        if change:
            stored = Article.objects.get(pk=obj.pk)
            obj.before, obj.embargo_before = revisions.snapshot(stored), stored.embargo_until
        else:
            obj.before, obj.embargo_before, obj.created_by = None, None, request.user
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        """Keep a revision once all rows are stored, if anything is new in the text or the embargo is another."""
        super().save_related(request, form, formsets, change)
        article = form.instance
        is_new_text, moved = article.before != revisions.snapshot(article), _embargo_note(article)
        note = " ".join(filter(None, [self._note(request, article), moved]))
        article.is_new_version = is_new_text or bool(moved)
        if is_new_text:
            workflow.saved(article, by=request.user, note=note)
        elif moved:
            revisions.keep(article, by=request.user, note=note)

    def _note(self, request, article):
        if "_overwrite" in request.POST:
            return _("Saved over version %(version)s") % {"version": article.version}
        return "" if article.before else _("Begun")

    def log_change(self, request, obj, message):
        """Nothing changed, nothing to log."""
        return super().log_change(request, obj, message) if message else None

    def response_add(self, request, obj, post_url_continue=None):
        return self._go_on(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        return self._go_on(request, obj) or super().response_change(request, obj)

    def _go_on(self, request, article):
        """What follows a save, unless Django knows it."""
        if "_preview" in request.POST:
            return self._preview_and_forget(request, article)
        if "_step" in request.POST:
            return self._take(request, article)
        if "_continue" in request.POST or "_overwrite" in request.POST:
            new, same = _("Saved as version %(version)s."), _("Nothing new to save: this is version %(version)s.")
            text = new if article.is_new_version else same
            self.message_user(request, text % {"version": article.version}, messages.SUCCESS)
            return HttpResponseRedirect(_address(article))
        return None

    def _preview_and_forget(self, request, article):
        """The page that readers would get of what is in the form; nothing of it is stored."""
        response = self._preview(request, article)
        transaction.set_rollback(True)
        return response

    def _preview(self, request, article):
        try:
            return cutting.preview(article, partial(rendering.show_article, request, preview=True))
        except WorkflowError as refusal:
            return HttpResponse(str(refusal), status=409, content_type="text/plain; charset=utf-8")

    def _step_alone(self, request, article):
        if str(article.version) != request.POST.get("version"):
            text = _("Somebody saved this article after you opened it, so nothing was done. Look at it again.")
            self.message_user(request, text, messages.ERROR)
            return HttpResponseRedirect(_address(article))
        article.is_new_version = False
        return self._take(request, article)

    def _take(self, request, article):
        """Take the step asked for; when it is refused the text stays saved, and the reason stands in the form."""
        step, form = request.POST["_step"], steps.StepForm(request.POST)
        try:
            with transaction.atomic():
                done = steps.take(step, article, form, by=request.user)
        except WorkflowError as refusal:
            self._refused(request, article, step, refusal)
        else:
            self.log_change(request, article, done)
            self.message_user(request, done, messages.SUCCESS)
        return HttpResponseRedirect(_address(article))

    def _refused(self, request, article, step, refusal):
        given = {name: request.POST.get(name, "") for name in steps.StepForm.base_fields}
        request.session[REFUSED] = {"article": article.pk, "step": step, "given": given, "text": str(refusal)}
        saved = _("The text is saved.") if article.is_new_version else ""
        self.message_user(request, format_html("{} {}", refusal, saved), messages.ERROR)

    def delete_view(self, request, object_id, extra_context=None):
        article = self.get_object(request, unquote(object_id))
        if article and article.editions.exists():
            text = _(
                "“%(article)s” was published or is scheduled: withdraw it, or cancel its schedule, but don’t delete it."
            )
            self.message_user(request, text % {"article": article}, messages.ERROR)
            return HttpResponseRedirect(_address(article))
        return super().delete_view(request, object_id, extra_context)

    def get_deleted_objects(self, objs, request):
        """With an article go its own rows, which nobody may delete by themselves."""
        to_delete, counts, lacking, protected = super().get_deleted_objects(objs, request)
        return to_delete, counts, lacking - {Revision._meta.verbose_name}, protected

    # The page before it is one

    def get_urls(self):
        preview = self.admin_site.admin_view(self.preview_view)
        return [path("<int:pk>/preview/", preview, name="articles_article_preview"), *super().get_urls()]

    @method_decorator(require_safe)
    def preview_view(self, request, pk):
        """The saved working copy as readers would see it."""
        article = self.get_object(request, str(pk))
        if article is None:
            raise Http404
        if not self.has_view_or_change_permission(request, article):
            raise PermissionDenied
        return self._preview(request, article)

    # Many at once

    @admin.action(description=gettext_lazy("Submit"), permissions=["submit"])
    def submit_selected(self, request, queryset):
        self._each(request, queryset, "submit")

    @admin.action(description=gettext_lazy("Publish now"), permissions=["publish"])
    def publish_selected(self, request, queryset):
        self._each(request, queryset, "publish")

    def _each(self, request, queryset, step):
        """Take ``step`` with each article by itself, and say which were refused and why."""
        done = []
        for article in queryset[:MOST_AT_ONCE]:
            try:
                with transaction.atomic():
                    self.log_change(request, article, steps.take(step, article, steps.StepForm({}), by=request.user))
                done.append(str(article))
                if step == "publish" and (warning := steps.replaced_later(article)):
                    self.message_user(request, format_html("“{}”: {}", article, warning), messages.WARNING)
            except WorkflowError as refusal:
                self.message_user(request, format_html("“{}”: {}", article, refusal), messages.ERROR)
        if done:
            text = ngettext(
                "Done with %(count)d article: %(names)s", "Done with %(count)d articles: %(names)s", len(done)
            )
            names = ", ".join(f"“{name}”" for name in done)
            self.message_user(request, text % {"count": len(done), "names": names}, messages.SUCCESS)


def _address(article):
    return reverse("admin:articles_article_change", args=[article.pk])


def _embargo_note(article):
    """What a save did to the embargo, in words; nothing if it did nothing."""
    before, after = article.embargo_before, article.embargo_until
    if before == after:
        return ""
    times = {"before": said(before) if before else _("none"), "after": said(after) if after else _("none")}
    return _("Embargo changed from %(before)s to %(after)s") % times
