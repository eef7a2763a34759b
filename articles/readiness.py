"""What an article must have before readers may see it; each problem says what to mend and where."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from articles.markup import image_ids, plain_text
from articles.models import Address, Article, Image


@dataclass(frozen=True)
class Problem:
    """Something to mend: the field of the article's form where, and a sentence that says how."""

    field: str
    text: str


def problems(article: Article, path: str) -> list[Problem]:
    """Everything that keeps the working copy of ``article`` from going live at ``path``; empty when it is ready."""
    found = []
    if article.section_id is None:
        found.append(Problem("section", _("Choose a section: it decides where readers find the article.")))
    if not plain_text(article.body):
        found.append(Problem("body", _("Write the body: it is empty.")))
    if Address.objects.filter(path=path).exclude(article=article.pk).exists():
        text = _("Change the slug: another article already has the address %(path)s.") % {"path": path}
        found.append(Problem("slug", text))
    wanted = set(image_ids(article.body))
    if wanted and len(wanted) > Image.objects.filter(pk__in=wanted).count():
        found.append(Problem("body", _("Take out or replace the picture that is no longer in the library.")))
    return found
