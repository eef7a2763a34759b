"""Why two rows can't be merged, or a merge can't be undone, in words that say what would help; "" if they can."""

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model
from django.utils.translation import gettext as _

from articles import folding
from articles.desk import roles
from articles.desk.merges.places import kind_of, model_of
from articles.models import Merge, tag_key
from articles.models.redirect import MODELS

OPEN = [Merge.Stage.MOVING, Merge.Stage.UNDOING]


def why_not(gone: Model, stays: Model, by: User) -> str:
    """Return why ``by`` can't merge ``gone`` into ``stays``."""
    kind = kind_of(gone)
    if gone == stays or kind != kind_of(stays):
        return _("Choose another one to merge it into.")
    if not roles.may_merge(by, gone, stays):
        return _("You may not merge these: more carries them than what is yours to edit.")
    return _still_going_on(kind) or (_of_sections(gone, stays) if kind == Merge.Kind.SECTION else "")


def why_not_undone(merge: Merge, by: User) -> str:
    """Return why ``by`` can't undo ``merge``."""
    if merge.stage == Merge.Stage.UNDONE:
        return _("It was undone already.")
    if merge.stage in OPEN or (text := _still_going_on(merge.kind)):
        return text if merge.stage == Merge.Stage.DONE else _("It is still going on: wait until it is done.")
    stays = model_of(MODELS[merge.kind])._base_manager.filter(pk=merge.stays).first()
    if stays is None:
        return _since(merge, gone=merge.stays) or _("“%(name)s” is no more.") % {"name": merge.stays_name}
    if not roles.may_merge(by, stays):
        return _("You may not undo it: more carries “%(name)s” than what is yours to edit.") % {"name": stays}
    return _since(merge, stays=merge.stays) or _is_taken(merge)


def _still_going_on(kind: str) -> str:
    going = Merge.objects.filter(kind=kind, stage__in=OPEN).first()
    text = _("“%(gone)s” and “%(stays)s” are still being merged or parted. Wait until that is done.")
    return text % {"gone": going.gone_name, "stays": going.stays_name} if going else ""


def _of_sections(gone: Any, stays: Any) -> str:
    children = dict(gone.children.values_list("slug", "name"))
    if children and stays.parent_id:
        text = _("“%(gone)s” has sections within it, so it is merged into one of the first level alone.")
        return text % {"gone": gone}
    twins = stays.children.filter(slug__in=children).values_list("name", flat=True)
    if twin := twins.first():
        return _("Both have a section “%(twin)s” within: merge these two first.") % {"twin": twin}
    return ""


def _since(merge: Merge, **about: int) -> str:
    """Return why a later merge must be undone first."""
    later = (
        Merge.objects.filter(kind=merge.kind, stage=Merge.Stage.DONE, pk__gt=merge.pk, **about).order_by("-pk").first()
    )
    text = _("“%(gone)s” was merged into “%(stays)s” after it: undo that first.")
    return text % {"gone": later.gone_name, "stays": later.stays_name} if later else ""


def _is_taken(merge: Merge) -> str:
    """Return what now has the name or the address of the merged row."""
    values = merge.gone_values
    rows = model_of(MODELS[merge.kind])._base_manager.filter(folding.same("slug", values["slug"]))
    if merge.kind == Merge.Kind.SECTION:
        rows = rows.filter(parent=values["parent_id"])
        if (
            values["parent_id"]
            and not model_of("articles.Section")._base_manager.filter(pk=values["parent_id"]).exists()
        ):
            return _("The section that “%(name)s” lay within is no more.") % {"name": merge.gone_name}
    if holder := rows.first():
        return _("“%(other)s” has its address now: give it another first.") % {"other": holder}
    twin = tag_key.holder(merge.gone_name) if merge.kind == Merge.Kind.TAG else None
    if twin and twin.pk == merge.stays:
        return _("Their names differ in nothing that makes two tags: both are “%(name)s”.") % {"name": twin}
    return _("There is a tag “%(name)s” again: rename it first.") % {"name": twin} if twin else ""
