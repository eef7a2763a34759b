from django.apps import AppConfig, apps
from django.contrib.admin import apps as admin_apps
from django.db.models.signals import m2m_changed, post_delete, post_save


class NewsroomAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "newsroom.admin.NewsroomAdminSite"


class NewsroomConfig(AppConfig):
    name = "newsroom"

    def ready(self):
        from newsroom import frame

        for model in frame.shown_models(apps):
            for signal in (post_save, post_delete):
                signal.connect(frame.forget, sender=model, dispatch_uid=f"frame {model.__name__} {id(signal)}")
        image = apps.get_model("articles.Image")
        post_save.connect(frame.forget_logo, sender=image, dispatch_uid="frame logo")
        m2m_changed.connect(frame.forget, sender=apps.get_model("articles.Section").editors.through)
