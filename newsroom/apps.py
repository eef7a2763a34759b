from functools import partial

from django.apps import AppConfig, apps
from django.contrib.admin import apps as admin_apps
from django.db import transaction
from django.db.models.signals import m2m_changed, post_delete, post_save


class NewsroomAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "newsroom.admin.NewsroomAdminSite"


def draw_card(sender, instance, raw=False, **kwargs):
    """The card of a pair follows its newest rate; what a fixture loads has none."""
    from tickers.tasks import draw_card

    if instance.status == instance.Status.ACCEPTED and not raw:
        transaction.on_commit(partial(draw_card.enqueue, instance.pair_id))


class NewsroomConfig(AppConfig):
    name = "newsroom"

    def ready(self):
        from newsroom import frame

        for model in frame.shown_models(apps):
            for signal in (post_save, post_delete):
                signal.connect(frame.forget, sender=model, dispatch_uid=f"frame {model.__name__} {id(signal)}")
        post_save.connect(draw_card, sender=apps.get_model("tickers.Rate"), dispatch_uid="rate card")
        image = apps.get_model("articles.Image")
        post_save.connect(frame.forget_logo, sender=image, dispatch_uid="frame logo")
        m2m_changed.connect(frame.forget, sender=apps.get_model("articles.Section").editors.through)
