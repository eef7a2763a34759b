"""Notes of the desk on an article, beside its text."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from articles import desk_search
from articles.desk import notices, roles
from articles.desk.steps import FIELDS
from articles.desk.workflow.locking import locked, locked_row
from articles.desk.workflow.timeline import WorkflowError
from articles.models import Article, Note, Notice, PreviewLink

LONGEST = FIELDS["desk_note"].most  # characters of a note


@transaction.atomic
def leave_note(
    article: Article,
    *,
    by: User | None,
    text: str,
    link: PreviewLink | None = None,
    name: str = "",
    approves: bool = False,
) -> Note:
    """Store a note on the article as it is now, by somebody of the desk, or by ``name`` who used a preview ``link``."""
    article = _article_for(article, by, link)
    text = text.strip()
    if not text and not approves:
        raise WorkflowError(_("Write the note."))
    if len(text) > LONGEST:
        raise WorkflowError(_("A note has at most %(most)d characters.") % {"most": LONGEST})
    version = link.revision.version if link and link.revision else article.version
    note = Note.objects.create(
        article=article, text=text, approves=approves, version=version, by=by, name=name.strip()[:120], link=link
    )
    desk_search.index_copies([article])
    message = _("%(who)s approved “%(article)s”. %(note)s") if approves else _("%(who)s on “%(article)s”: %(note)s")
    notices.tell_people(Notice.Kind.NOTE, article, by=by, text=message, note=Truncator(text).chars(200), who=note.name)
    return note


@transaction.atomic
def tick_note(note: Note, *, by: User) -> bool:
    """Mark a note as done, or as open again; return whether it is done now."""
    article = locked_row(note.article)
    if article.trashed_at or not (note.by_id == by.pk or roles.may(by, "tick", article)):
        raise WorkflowError(_("Only those who work on the article, and who left the note, tick it off."))
    note = Note.objects.get(pk=note.pk)
    note.done_at, note.done_by = (None, None) if note.done_at else (timezone.now(), by)
    note.save(update_fields=["done_at", "done_by"])
    return note.done_at is not None


def _article_for(article: Article, by: User | None, link: PreviewLink | None) -> Article:
    if by is not None:
        return locked(article, "note", by)
    if link is None or link.article_id != article.pk or not link.takes_notes:
        raise WorkflowError(_("This link takes no notes."))
    if not PreviewLink.objects.valid().filter(pk=link.pk).exists():
        raise WorkflowError(_("This link leads nowhere any more: it has expired or was revoked."))
    return locked_row(article)
