"""The second factor: who must have one, and what a session without it may do.

django-allauth has the factors themselves (codes of an app, passkeys, recovery codes) and asks for them after the
password. Somebody whose role requires a factor, and who has none, is nobody in any place but where it is set up.
"""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.text import slugify
from django.utils.translation import gettext as _

from articles.desk import roles
from articles.desk.people import attempts, sessions
from articles.desk.workflow.timeline import WorkflowError

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]  # recovery codes alone are none
SHOWN = "second_factor"  # in a session: it was asked for, or set up there


def is_required(user: User) -> bool:
    """Return whether a role of ``user`` requires a second factor, by settings.SECOND_FACTOR."""
    if not settings.SECOND_FACTOR:
        return False
    names = {slugify(role) for role in roles.roles_of(user)} | {"everybody"}
    if roles.may(user, "publish"):
        names.add("publishers")
    return bool(names & set(settings.SECOND_FACTOR))


def has_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


def names_of(user: User) -> list[str]:
    """Return the factors of ``user``, in words."""
    return [name_of_factor(row) for row in Authenticator.objects.filter(user=user, type__in=FACTORS).order_by("pk")]


def name_of_factor(factor: Authenticator) -> str:
    """Return a factor in words."""
    if factor.type == Authenticator.Type.WEBAUTHN:
        return _("passkey “%(name)s”") % {"name": factor.wrap().name}
    return _("app with codes") if factor.type == Authenticator.Type.TOTP else _("recovery codes")


def require_factor(get_response: Callable) -> Callable:
    """Make whoever lacks the factor that their role requires nobody, except where they set it up or log out.

    It is looked up when somebody asks for the request's user: a reader's page does not.
    """

    def answer(request: Any) -> Any:
        if settings.SECOND_FACTOR:
            user = request.user
            request.user = SimpleLazyObject(lambda: _let_in(request, user))
        return get_response(request)

    return answer


def _let_in(request: Any, user: Any) -> Any:
    if not user.is_authenticated or request.session.get(SHOWN) or not is_required(user):
        return user
    if has_factor(user):  # set up elsewhere, or before the setting: this session never showed it
        request.shows_no_factor = True
        return AnonymousUser()
    request.lacks_factor = True
    where_it_is_set_up = (reverse("mfa_index"), reverse("admin:logout"))
    return user if request.path.startswith(where_it_is_set_up) else AnonymousUser()


def must_set_up(request: HttpRequest) -> bool:
    """Return whether the request's session is of somebody who has to set up a factor before anything else."""
    return not request.user.is_authenticated and getattr(request, "lacks_factor", False)


def check_code(user: User, check: Callable[[], str]) -> str:
    """Return the code that ``check`` accepts; it is asked only so often, and accepts no code twice."""
    try:
        attempt = attempts.begin_attempt((f"code:{user.pk}", attempts.MOST_OF_ACCOUNT))
        code = check()
        attempt.forgive()
    except attempts.TooManyAttemptsError as refusal:
        raise ValidationError(str(refusal), code="attempts") from None
    try:
        attempts.begin_attempt((f"used code:{user.pk}:{''.join(code.split())}", 1))
    except attempts.TooManyAttemptsError:
        raise ValidationError(_("This code was used already. Wait until the app shows the next one.")) from None
    return code


def note_added(sender: Any, request: Any, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """Write down that ``user`` set up a factor, and end their other sessions, which never showed it."""
    if authenticator.type in FACTORS:
        sessions.end_all(user, but=request.session.session_key)
    _note(user, _("Set up a second factor: %(name)s") % {"name": name_of_factor(authenticator)})


def note_removed(sender: Any, request: Any, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """Write down that ``user`` removed a factor; without any the session has to set one up again."""
    if not has_factor(user):
        request.session.pop(SHOWN, None)
    _note(user, _("Removed a second factor: %(name)s") % {"name": name_of_factor(authenticator)})


def note_reset(sender: Any, user: User, **kwargs: Any) -> None:
    """Write down that ``user`` made new recovery codes."""
    _note(user, _("Made new recovery codes"))


def _note(user: User, log_text: str) -> None:
    LogEntry.objects.log_actions(user.pk, [user], CHANGE, log_text, single_object=True)


@transaction.atomic
def reset(user: User, *, by: User) -> int:
    """Remove all factors of ``user``, who lost them, and end their sessions; return how many factors there were."""
    if user.pk == by.pk or not roles.may_reset_password(by, user):
        raise WorkflowError(_("An administrator resets the second factor of a colleague."))
    removed = Authenticator.objects.filter(user=user, type__in=FACTORS).count()
    Authenticator.objects.filter(user=user).delete()
    sessions.end_all(user)
    LogEntry.objects.log_actions(by.pk, [user], CHANGE, _("Second factor reset"), single_object=True)
    return removed
