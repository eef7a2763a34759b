"""What was typed for a step that was refused, or not taken yet: kept for whoever typed it, it comes back in the form.

It outlives the login, as everything does that was typed and not saved. Why a step was refused is told once, so the
session has that, with the form as it was sent.
"""

from django.urls import reverse

from articles.models import UnsavedForm
from ground.characters import strip_control

KEY = "steps typed"
MOST = 20  # articles


def remember(request, article, given, **refused):
    """Keep what was typed for ``article``, until its form is sent again; of many articles the newest."""
    _rows(request, article).delete()
    if given:
        fields = {name: [strip_control(text)] for name, text in given.items()}
        UnsavedForm.objects.create(user=request.user, path=_path(article), fields=fields, why=UnsavedForm.Why.STEP)
        rows = UnsavedForm.objects.filter(user=request.user, why=UnsavedForm.Why.STEP).order_by("-pk")
        UnsavedForm.objects.filter(pk__in=list(rows.values_list("pk", flat=True)[MOST : 2 * MOST])).delete()
    _tell_once(request, article, refused)


def recall(request, article):
    """What waits for ``article``, and why a step was refused."""
    if article.trashed_at:
        return {}
    row = _rows(request, article).first()
    refused = request.session.get(KEY, {}).get(str(article.pk), {})
    before = refused.get("given", {})  # code from before there were rows left it here
    given = {name: values[0] for name, values in row.fields.items()} if row else {}
    if "step" in refused:
        _tell_once(request, article, {"given": before} if before else {})
    return refused | {"given": before | given}


def _tell_once(request, article, refused):
    told = request.session.get(KEY, {})
    others = {pk: one for pk, one in told.items() if pk != str(article.pk)}
    if refused or len(others) < len(told):
        kept = {str(article.pk): refused} if refused else {}
        request.session[KEY] = dict(list((others | kept).items())[-MOST:])


def _rows(request, article):
    return UnsavedForm.objects.filter(user=request.user, path=_path(article), why=UnsavedForm.Why.STEP)


def _path(article):
    return reverse("admin:articles_article_change", args=[article.pk])
