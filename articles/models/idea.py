from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from articles.models.article import Article, ArticleQuerySet

IdeaManagerBase = models.Manager.from_queryset(ArticleQuerySet)


class IdeaManager(IdeaManagerBase):
    def get_queryset(self):
        return super().get_queryset().filter(stage=Article.Stage.IDEA)


class Idea(Article):
    """An article that nobody has begun to write: a headline, a section, an assignee, when it is due. A proxy model."""

    objects: ClassVar[IdeaManager] = IdeaManager()

    class Meta:
        proxy = True
        verbose_name = _("idea")
        verbose_name_plural = _("ideas")
        ordering = ["-saved_at", "-pk"]
        default_permissions = ["add", "change", "view"]

    def get_absolute_url(self):
        return reverse("admin:articles_idea_change", args=[self.pk])
