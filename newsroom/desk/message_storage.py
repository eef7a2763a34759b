"""Where a sentence waits that the next page of the desk says: “Saved.”"""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class MessageCookie(CookieStorage):
    """Django's cookie, by the name that production gives to all."""

    cookie_name = f"{settings.COOKIE_PREFIX}messages"


class PrefixedCookie(FallbackStorage):
    """Django's usual place: that cookie, and the session for what is too long."""

    storage_classes = (MessageCookie, SessionStorage)
