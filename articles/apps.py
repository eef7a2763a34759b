from django.apps import AppConfig, apps
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_migrate, post_save, pre_save
from django.utils.translation import gettext_lazy as _


def small_letters(sender, instance, **kwargs):
    """Store a tag's slug in small letters, whoever writes it, because capitals make no other address."""
    instance.slug = (instance.slug or "").lower()


class ArticlesConfig(AppConfig):
    name = "articles"
    verbose_name = _("Articles")

    def ready(self):
        from allauth.account.signals import authentication_step_completed
        from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset

        from articles import checks, text  # noqa: F401 - checks register themselves; all need loaded apps
        from articles.desk import roles
        from articles.desk.people import second_factor, sessions
        from articles.models.tag_key import TagManager, note_saved

        text.adopt(apps.get_model("taggit.Tag"), "name", "slug")
        text.adopt(apps.get_model("auth.User"), "first_name", "last_name")

        tags = apps.get_model("taggit.Tag")
        tags.add_to_class("objects", TagManager())  # no other way knows of names that are one
        post_save.connect(note_saved, sender=tags, dispatch_uid="keys of tags")
        pre_save.connect(small_letters, sender=tags, dispatch_uid="slugs of tags")
        post_migrate.connect(roles.make_groups, sender=self)
        user_logged_in.connect(sessions.began, dispatch_uid="session began")
        authentication_step_completed.connect(sessions.renew_key, dispatch_uid="shown again")
        authenticator_added.connect(second_factor.note_added, dispatch_uid="second factor added")
        authenticator_removed.connect(second_factor.note_removed, dispatch_uid="second factor removed")
        authenticator_reset.connect(second_factor.note_reset, dispatch_uid="recovery codes made")
        user_logged_out.connect(sessions.note_logout, dispatch_uid="session left")
