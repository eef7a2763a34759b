"""Django's request with what the middleware has added to it: types for annotations alone."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class ReaderRequest(HttpRequest):
    """A request for a page that readers see, at a time."""

    at: datetime  # the time whose editions the page shows
    shown_at: datetime | None  # the same if a login asked for another time, None for now
    generation: str  # the generation that the page is kept for


class LoggedInRequest(HttpRequest):
    """A request that the admin let through: it has a user."""

    user: "User"
