from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ArticlesConfig(AppConfig):
    name = "articles"
    verbose_name = _("Articles")

    def ready(self):
        from articles import checks, roles  # noqa: F401 - checks register themselves; both need loaded apps

        post_migrate.connect(roles.make_groups, sender=self)
