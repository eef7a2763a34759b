"""Input for steps that were refused, or not taken yet: kept for the user who typed it, and shown in the form again.

It outlives the login, as everything does that was typed and not saved. Why a step was refused is told once, so the
session has that, with the form as it was sent.
"""

from django.urls import reverse

from articles.models import UnsavedForm
from ground.characters import strip_control

KEY = "steps typed"
MOST = 20  # articles


def remember(request, article, typed, **refused):
    """Keep what was typed for ``article`` until its form is sent again, for the newest MOST articles of a user.

    ``refused`` has the name of a refused step, the form as it was sent, and the reason.
    """
    _rows(request, article).delete()
    if typed:
        fields = {name: [strip_control(text)] for name, text in typed.items()}
        UnsavedForm.objects.create(user=request.user, path=_path(article), fields=fields, why=UnsavedForm.Why.STEP)
        rows = UnsavedForm.objects.filter(user=request.user, why=UnsavedForm.Why.STEP).order_by("-pk")
        UnsavedForm.objects.filter(pk__in=list(rows.values_list("pk", flat=True)[MOST : 2 * MOST])).delete()
    _tell_once(request, article, refused)


def recall(request, article):
    """Return what was typed for steps of ``article`` (``given``) and, once, the step that was refused and why."""
    if article.trashed_at:
        return {}
    row = _rows(request, article).first()
    refused = request.session.get(KEY, {}).get(str(article.pk), {})
    before = refused.get("given", {})  # code from before there were rows left it here
    typed = {name: values[0] for name, values in row.fields.items()} if row else {}
    if "step" in refused:
        _tell_once(request, article, {"given": before} if before else {})
    return refused | {"given": before | typed}


def _tell_once(request, article, refused):
    refusals = request.session.get(KEY, {})
    other_refusals = {pk: refusal for pk, refusal in refusals.items() if pk != str(article.pk)}
    if refused or len(other_refusals) < len(refusals):
        own_refusal = {str(article.pk): refused} if refused else {}
        request.session[KEY] = dict(list((other_refusals | own_refusal).items())[-MOST:])


def _rows(request, article):
    return UnsavedForm.objects.filter(user=request.user, path=_path(article), why=UnsavedForm.Why.STEP)


def _path(article):
    return reverse("admin:articles_article_change", args=[article.pk])
