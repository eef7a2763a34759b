"""What is wrong with the set-up, told at start with a hint."""

from django.conf import settings
from django.core.checks import Tags, Warning, register


@register(Tags.security, deploy=True)
def mail_reaches_people(app_configs, **kwargs):
    """In production, mail on the console reaches nobody."""
    if settings.EMAIL_HOST:
        return []
    hint = "Set NEWSROOM_EMAIL_HOST to the host of your mail server."
    return [Warning("Mails go to the console.", hint=hint, id="articles.W001")]
