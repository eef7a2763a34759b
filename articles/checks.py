"""System checks of the set-up, with hints."""

from django.conf import settings
from django.core.checks import Tags, Warning, register


@register(Tags.security, deploy=True)
def mail_reaches_people(app_configs, **kwargs):
    """Warn that mail on the console reaches nobody in production."""
    if settings.EMAIL_HOST:
        return []
    hint = "Set NEWSROOM_EMAIL_HOST to the host of your mail server."
    return [Warning("Mails go to the console.", hint=hint, id="articles.W001")]
