from django.conf import settings
from django.db import models
from django.db.models import Case, Q, When
from django.utils.translation import gettext_lazy as _

from articles.text import LineField


class SavedSearchQuerySet(models.QuerySet):
    def of(self, user):
        """Return the searches of ``user``, then those that others share."""
        searches = self.filter(Q(user=user) | Q(is_shared=True)).select_related("user")
        return searches.order_by(Case(When(user=user, then=0), default=1), "name", "pk")


class SavedSearch(models.Model):
    """A named search of the desk's articles, to open it again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_searches")
    name = LineField(_("name"), max_length=60)
    query = models.CharField(max_length=1000)  # the query string of the list, without the question mark
    is_shared = models.BooleanField(_("for everybody on the desk"), default=False)

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        default_permissions = []
        constraints = [
            models.UniqueConstraint("user", "name", name="one_saved_search_a_name"),
            models.CheckConstraint(condition=~Q(name=""), name="saved_search_has_a_name"),
        ]

    def __str__(self):
        return self.name
