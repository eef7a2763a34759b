"""A save: from the form that was sent to the page that answers, in the order in which it happens. Read downward.

    answer_sent_form()    every POST to an article's form begins here, and nothing typed is lost if the database fails
    look_over_form()      put together what two people typed, and look whether it is right, while others may write
    keep_and_show()       what is not right, or still to be chosen, comes back with everything that was typed
    save_sent_form()      under a lock, and if nobody saved since: store and go on
    store_text()          the rows, and a revision if anything is new
    go_on()               what the button asked for besides: a step, a link, a preview, the same form or the list

Whoever may not write, but take a step (take back, say), sends a form without fields: act_without_text().
"""

import logging
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NoReturn

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.exceptions import DisallowedModelAdminToField
from django.contrib.admin.options import TO_FIELD_VAR
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, InternalError, OperationalError, transaction
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles import tasks
from articles.admin.article import autosaves, recovery, sharing, step_input, steps
from articles.admin.article.conflict import MERGE, is_of_other_version, rows_as_stored, settle_conflict
from articles.admin.article.form_page import FilledForm, fill_form, form_page
from articles.admin.article.form_snapshot import BYLINES
from articles.admin.article.pages import DeskRequest, address_of, may_write
from articles.admin.article.preview import preview_form
from articles.admin.article.trial_save import remember_stored
from articles.admin.lists import number_in_address
from articles.admin.times import time_with_zone
from articles.body.markup import remember_cleaned
from articles.desk import revisions, workflow
from articles.desk.readiness.links import outside_of
from articles.desk.steps import IN_HAND
from articles.desk.workflow import WorkflowError
from articles.models import Article, Autosave
from articles.models.copy import TEXT_FIELDS
from articles.models.unsaved_form import KEPT_FOR
from ground.outcomes import OutcomeUnknown

logger = logging.getLogger(__name__)
UNWRITABLE = (OperationalError, InternalError, InterfaceError)  # read-only, full, locked or gone; not our mistakes
UNWRITTEN = gettext_lazy(
    "Nothing was saved: the database can’t be written to at the moment. Everything you typed is in this form. Leave it "
    "open and save again in a while."
)
UNKNOWN = gettext_lazy(
    "The connection to the database broke during the save, so it is not known whether this was saved. Everything you "
    "typed is in this form: leave it open. Look in another tab, at the article’s page or, for a new one, in the list "
    "of articles: a new version with your words is your save. If there is none in a minute, save again here."
)
MOST_TRIES = 4  # of looking at a form, if others save meanwhile
ROWS = f"{BYLINES}-TOTAL_FORMS"  # in the form of whoever may write
OVERWRITE, STEP, CONTINUE, PREVIEW = "_overwrite", "_step", "_continue", "_preview"  # buttons


@dataclass(frozen=True)
class Sent:
    """A form that was sent: the request, the article as it is stored (None: a new one), and the fields."""

    admin: ModelAdmin
    request: DeskRequest
    article: Article | None
    fields: QueryDict
    stored: dict[str, Any] = field(default_factory=dict)  # the article's columns when the form was looked at
    filled: FilledForm | None = None  # the form that was looked at, with the article as it will be


class SavedMeanwhile(Exception):
    """The article is not any more what the form was looked at with, so that it must be looked at anew."""


@dataclass(frozen=True)
class Saved:
    """The result of a save: the article as it is stored now, and whether that is a new version."""

    admin: ModelAdmin
    request: DeskRequest
    fields: QueryDict
    article: Article
    is_new: bool = False
    is_new_version: bool = False


# 1. A form arrives


def answer_sent_form(admin: ModelAdmin, request: DeskRequest, number: str | None) -> HttpResponse | None:
    """Answer the sent form of the article ``number`` (None: a new one); return None if there is no such article."""
    refuse_other_key(admin, request)
    try:
        revoke_link(admin, request, number)
        with remember_cleaned():
            for _time in range(MOST_TRIES):
                article = admin.get_object(request, number) if number else None
                if number and article is None:
                    return None
                looked = look_over_form(Sent(admin, request, article, request.POST))
                if isinstance(looked, HttpResponse):
                    return looked
                with suppress(SavedMeanwhile):
                    return save_sent_form(looked, number)
        return show_unwritable(admin, request, number)
    except UNWRITABLE as error:
        logger.exception("The database refused to save an article")
        return show_unwritable(admin, request, number, is_known=not isinstance(error, OutcomeUnknown))


def refuse_other_key(admin: ModelAdmin, request: DeskRequest) -> None:
    """Raise an error, as Django does, if a popup asks for the article by a field that nothing refers to."""
    to_field = request.POST.get(TO_FIELD_VAR, request.GET.get(TO_FIELD_VAR))
    if to_field and not admin.to_field_allowed(request, to_field):
        raise DisallowedModelAdminToField(f"The field {to_field} cannot be referenced.")


def revoke_link(admin: ModelAdmin, request: DeskRequest, number: str | None) -> None:
    """Revoke a preview link, if its button was pressed, before the save, so that it happens even if that fails."""
    if number and sharing.REVOKE in request.POST and (article := admin.get_object(request, number)):
        sharing.press_revoke(admin, request, article, request.POST)


def lock_article(admin: ModelAdmin, request: DeskRequest, number: str | None) -> Article | None:
    """Return the article as it is stored, with its row locked, so that two saves follow one another."""
    if number is None:
        return None
    list(Article.objects.select_for_update().filter(pk=number_in_address(number)).values_list("pk"))
    return admin.get_object(request, number)


def show_unwritable(
    admin: ModelAdmin, request: DeskRequest, number: str | None, *, is_known: bool = True
) -> HttpResponse:
    """Return the form with everything that was typed, with status 503, instead of an error page.

    ``is_known`` says whether it is known that nothing was saved.
    """
    article = admin.get_object(request, number) if number else None
    if not may_write(admin, request, article):
        raise PermissionDenied
    messages.error(request, UNWRITTEN if is_known else UNKNOWN)
    filled = fill_form(admin, request, article, rows_as_stored(request.POST, article))
    response = form_page(admin, request, filled, says_errors=False, status=503)
    response.headers["Retry-After"] = "5"  # seconds
    return response


# 2. Looking at it


def look_over_form(sent: Sent) -> Sent | HttpResponse:
    """Return what can be saved; the page that answers if something is wrong, left to choose, or only to be looked at.

    Texts are cleaned and compared here, before the database is locked: nobody else could write meanwhile.
    """
    if sent.article and not sent.admin.has_view_or_change_permission(sent.request, sent.article):
        raise PermissionDenied
    if not may_write(sent.admin, sent.request, sent.article):
        if ROWS in sent.fields and has_other_words(sent.fields, sent.article):
            refuse_words(sent)
        return sent
    sent = replace(sent, fields=rows_as_stored(sent.fields, sent.article), stored=columns_of(sent.article))
    if MERGE in sent.fields and sent.article and is_of_other_version(sent.fields, sent.article):
        form_class = sent.admin.get_form(sent.request, sent.article, change=True)
        merged = settle_conflict(form_class, sent.fields, sent.article)
        sent = replace(sent, fields=merged.fields)
        if merged.still_to_do:
            messages.warning(sent.request, merged.still_to_do)
            return keep_and_show(
                sent, fill_form(sent.admin, sent.request, sent.article, sent.fields), says_errors=False
            )
    filled = fill_form(sent.admin, sent.request, sent.article, sent.fields)
    if not filled.is_valid():
        return keep_and_show(sent, filled)
    if PREVIEW in sent.fields:
        return preview_form(sent.admin, sent.request, sent.article)
    remember_stored(filled.form.instance)
    _changed = filled.form.changed_data  # compares, and remembers what it cleaned for that
    return replace(sent, filled=filled)


def has_other_words(fields: QueryDict, article: Article | None) -> bool:
    """Return whether a text in ``fields`` is not that of ``article``, white space apart."""
    texts = {name: getattr(article, name, "") for name in TEXT_FIELDS if name in fields}
    return any(str(fields[name]).split() != text.split() for name, text in texts.items() if isinstance(text, str))


def columns_of(article: Article | None) -> dict[str, Any]:
    """Return the values of all columns of ``article``."""
    return {column.attname: getattr(article, column.attname) for column in Article._meta.concrete_fields if article}


# 3. The save, under the article's lock


@transaction.atomic
def save_sent_form(sent: Sent, number: str | None) -> HttpResponse:
    """Save what was looked at, and do what its button asks for besides; raise ``SavedMeanwhile`` if it is another."""
    article = lock_article(sent.admin, sent.request, number)
    if number and article is None:
        raise SavedMeanwhile
    if sent.filled is None:
        return act_without_text(replace(sent, article=article))
    if columns_of(article) != sent.stored or not may_write(sent.admin, sent.request, article):
        raise SavedMeanwhile
    filled = sent.filled
    saved = store_text(sent, filled)
    log_save(saved, filled)
    return go_on(saved)


def act_without_text(sent: Sent) -> HttpResponse:
    """Do what somebody may do who may not write: make and revoke links, and take some steps."""
    admin, request, article = sent.admin, sent.request, sent.article
    if article is None:
        raise PermissionDenied
    if sharing.SHARE in sent.fields:
        return sharing.press_share(admin, request, article, sent.fields)
    if sharing.REVOKE in sent.fields:
        return sharing.to_links(article)
    if STEP not in sent.fields:
        raise PermissionDenied
    if not steps.is_beside(sent.fields.get(STEP, "")) and str(article.version) != sent.fields.get("version"):
        text = _("It was saved, or taken a step further, after you opened it, so nothing was done. It is: %(stage)s.")
        admin.message_user(request, text % {"stage": article.get_stage_display()}, messages.ERROR)
        return HttpResponseRedirect(address_of(article))
    return take_step(Saved(admin, request, sent.fields, article))


# 4. What can't be saved


def keep_and_show(sent: Sent, filled: FilledForm, *, says_errors: bool = True) -> HttpResponse:
    """Store what was typed as an autosave, and return the form with it again."""
    fields = recovery.keep_refused(sent.request.user, sent.article, sent.fields)
    return form_page(sent.admin, sent.request, replace(filled, sent=fields), says_errors=says_errors)


def refuse_words(sent: Sent) -> NoReturn:
    """Keep what somebody typed who may not write any more, as when the article is in the trash by now, and say so."""
    article = sent.article
    redirect = sent.admin.keep_words(sent.request, article and str(article.pk))  # type: ignore[attr-defined] # the desk's
    if redirect is None or article is None:
        raise PermissionDenied
    text = _("Nothing was saved: you may not edit “%(article)s” any more. It is: %(stage)s.")
    if article.trashed_at:
        text = _("Nothing was saved: “%(article)s” is in the trash by now.")
    names = {"article": article, "stage": article.get_stage_display()}
    raise PermissionDenied(f"{text % names} {_('What you typed is kept: it stands on the desk’s first page.')}")


# 5. What can


def store_text(sent: Sent, filled: FilledForm) -> Saved:
    """Store the text with its rows, and keep a revision if the text or the embargo changed."""
    form, user = filled.form, sent.request.user
    stored = Article.objects.get(pk=sent.article.pk) if sent.article else None  # the form has filled in sent.article
    before = revisions.snapshot(stored) if stored else None
    if stored is None:
        form.instance.created_by = user
    article = form.save()
    for formset in filled.formsets:
        formset.save()
    if form.guest:
        workflow.add_guest(article, form.guest, by=user)
    is_new_text = before != revisions.snapshot(article)
    moved = embargo_note(stored.embargo_until if stored else None, article.embargo_until)
    if before and (is_new_text or moved):
        revisions.keep_first(article, before)
    note = " ".join(filter(None, [save_note(sent.fields, article, is_new=stored is None), moved]))
    if is_new_text:
        workflow.saved(article, by=user, note=note)
        tasks.want_answers(outside_of(article.body))
    elif moved:
        revisions.keep_revision(article, by=user, note=note)
    settle_autosaves(sent, article)
    return Saved(sent.admin, sent.request, sent.fields, article, stored is None, is_new_text or bool(moved))


def save_note(fields: QueryDict, article: Article, *, is_new: bool) -> str:
    """Return what the history says of a merge, an overwriting or a first save; else an empty text."""
    if MERGE in fields:
        return _("Merged with version %(version)s") % {"version": article.version}
    if OVERWRITE in fields:
        return _("Saved over version %(version)s") % {"version": article.version}
    return _("Begun") if is_new else ""


def embargo_note(before: datetime | None, after: datetime | None) -> str:
    """Return in words how a save changed the embargo; an empty text if it did not."""
    if before == after:
        return ""
    times = {
        "before": time_with_zone(before) if before else _("none"),
        "after": time_with_zone(after) if after else _("none"),
    }
    return _("Embargo changed from %(before)s to %(after)s") % times


def settle_autosaves(sent: Sent, article: Article) -> None:
    """Settle the window's autosaves as saved, and those of the window whose text it took up."""
    user, saved = sent.request.user, Autosave.Outcome.SAVED
    upto = autosaves.sequence_of(dict(sent.fields.lists()))
    autosaves.settle_autosave(user, autosaves.window_in(sent.fields), saved, article, upto)
    if recovered := sent.fields.get("recovered"):
        autosaves.settle_taken(user, recovered, saved, article)


def log_save(saved: Saved, filled: FilledForm) -> None:
    """Write a first save, or the fields that a later one changed, into the admin's log."""
    message = saved.admin.construct_change_message(saved.request, filled.form, list(filled.formsets), saved.is_new)
    if saved.is_new:
        saved.admin.log_addition(saved.request, saved.article, message)
    elif message:
        saved.admin.log_change(saved.request, saved.article, message)


# 6. What the button asked for besides


def go_on(saved: Saved) -> HttpResponse:
    """Do what the button asked for besides saving, and return the page or redirect that follows."""
    admin, request, article, fields = saved.admin, saved.request, saved.article, saved.fields
    if STEP in fields:
        return take_step(saved)
    if sharing.SHARE in fields:
        return sharing.press_share(admin, request, article, fields)
    if sharing.REVOKE in fields:
        return sharing.to_links(article)
    keep_step_input(saved, steps.shown_on(fields, article))
    if {CONTINUE, OVERWRITE, MERGE} & fields.keys():
        new, unchanged = _("Saved as version %(version)s."), _("Nothing new to save: this is version %(version)s.")
        text = new if saved.is_new_version else unchanged
        admin.message_user(request, text % {"version": article.version}, messages.SUCCESS)
        return HttpResponseRedirect(address_of(article))
    return admin.response_add(request, article) if saved.is_new else admin.response_change(request, article)


def take_step(saved: Saved) -> HttpResponse:
    """Take the step that the button names; if it is refused, the text stays saved and the form shows the reason."""
    admin, request, article, fields = saved.admin, saved.request, saved.article, saved.fields
    step, shown_values = fields.get(STEP, ""), steps.shown_on(fields, article)
    try:
        with transaction.atomic():
            done = steps.take(step, article, steps.StepForm(fields), by=request.user)
    except WorkflowError as refusal:
        keep_refused_step(saved, refusal, shown_values)
    else:
        admin.log_change(request, article, done)
        admin.message_user(request, done, messages.SUCCESS)
        keep_step_input(saved, shown_values, step)
    return HttpResponseRedirect(address_of(article))


def keep_step_input(saved: Saved, shown_values: dict, step: str = "") -> None:
    """Keep what was typed for other steps than ``step``, which was taken, and tell which fields that is."""
    article = saved.article
    left = steps.left_over(saved.fields, shown_values, step)
    step_input.remember(saved.request, article, left)
    if not (names := steps.labels(left)):
        return
    link = format_html('<a href="{}">{}</a>', address_of(article), article)
    text = _("Typed and not done yet: %(fields)s. For %(days)d days, or until you empty it, it stands in the form of")
    text %= {"fields": names, "days": KEPT_FOR.days}
    saved.admin.message_user(saved.request, format_html("{} “{}”.", text, link), messages.WARNING)


def keep_refused_step(saved: Saved, refusal: WorkflowError, shown_values: dict) -> None:
    """Keep everything that was typed for a refused step, and why it was refused, for the form to show once."""
    fields = saved.fields
    values = {name: fields.get(name, "") for name in steps.StepForm.base_fields}
    values |= {name: fields.get(name, "") for name in map(steps.SHOWN.format, IN_HAND) if name in fields}
    left = steps.left_over(fields, shown_values)
    step_input.remember(saved.request, saved.article, left, step=fields[STEP], sent=values, text=str(refusal))
    saved_note = _("The text is saved.") if saved.is_new_version else ""
    saved.admin.message_user(saved.request, format_html("{} {}", refusal, saved_note), messages.ERROR)
