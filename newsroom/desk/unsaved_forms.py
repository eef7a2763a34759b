"""What was typed into a form of the desk survives the end of a session, an expired form and a page that was left.

A form that is sent without a login is answered with the login page, which contains the fields, signed; after the login
they are stored for the person who typed them. Only that person sees them, in the original form if possible, and only by
pressing its button again are they sent, with a token, permissions and every check. Passwords are never stored; of files
only the names are, so that the person is told.
"""

import json
from functools import wraps
from urllib.parse import urlencode, urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.models import User
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure as djangos_csrf_failure

from articles.models import UnsavedForm
from articles.models.unsaved_form import KEPT_FOR
from ground.addresses import root_of
from ground.characters import strip_control
from ground.requests import LoggedInRequest

Why = UnsavedForm.Why
CARRIED, TYPED_BY, UNSAVED, WINDOW = "carried", "_typed_by", "_unsaved", "_window"  # fields of forms
LAST_USER, SAVED = (
    f"{settings.COOKIE_PREFIX}desk_user",
    f"{settings.COOKIE_PREFIX}desk_saved",
)  # cookies: who used the desk last; windows whose form was saved
SALT = "newsroom.unsaved_forms"
CARRIED_FOR = 24 * 3600  # seconds between sending a form and logging in
MOST_CHARACTERS = 1_000_000  # of one form: a long article has 60,000
MOST_FIELDS = 2000
MOST_FORMS = 20  # of one person; the oldest are deleted
REMOVED_AT_ONCE = 100
LONGEST_PATH, LONGEST_NAME = 500, 200
MOST_WINDOWS, LONGEST_WINDOW = 8, 36  # in one cookie; letters of a name
YEAR = 365 * 24 * 3600
MACHINERY = {"csrfmiddlewaretoken", CARRIED, TYPED_BY, UNSAVED, WINDOW}  # fields that a person does not type into
CHOICES = {"action", "index", "select_across", "_selected_action", "post", "next", "version", "window", "sequence"}


def is_secret(name: str) -> bool:
    """Return whether a field is never stored."""
    return "password" in name.lower()


def typed_in(post: QueryDict) -> dict[str, list[str]]:
    """Return the fields of a form that was sent, without secrets and tokens."""
    return {
        strip_control(name)[:LONGEST_NAME]: [strip_control(value) for value in values]
        for name, values in list(post.lists())[:MOST_FIELDS]
        if name not in MACHINERY and not is_secret(name)
    }


def has_words(fields: dict[str, list[str]]) -> bool:
    """Return whether a person typed or chose anything in ``fields``, more than a button or a ticked row."""
    names = {name for name, values in fields.items() if any(value.strip() for value in values)}
    return any(not name.startswith("_") and name not in CHOICES and not _counts_rows(name) for name in names)


def _counts_rows(name: str) -> bool:
    return name.endswith(("-TOTAL_FORMS", "-INITIAL_FORMS", "-MIN_NUM_FORMS", "-MAX_NUM_FORMS"))


def is_too_large(fields: dict[str, list[str]]) -> bool:
    return sum(len(name) + sum(map(len, values)) for name, values in fields.items()) > MOST_CHARACTERS


# Through the login


def through_login(site, view):
    """Return ``view``, which answers a form that was sent without a login with a login page that keeps its fields."""

    @wraps(view)
    def answer(request, *args, **kwargs):
        if request.method == "POST" and not site.has_permission(request) and is_carried(request):
            return login_page(site, request, Why.LOGIN)
        return _noted(site, request, view(request, *args, **kwargs))

    return answer


def is_carried(request: HttpRequest) -> bool:
    """Return whether a browser sent a form with words; scripts that request data get an error instead."""
    by_script = request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate" or "X-Requested-With" in request.headers
    return not by_script and has_words(typed_in(request.POST))


def login_page(site, request, why):
    """Return the login page, with what was sent in a field of its form."""
    context = {"app_path": reverse("admin:login"), REDIRECT_FIELD_NAME: request.get_full_path()}
    fields = typed_in(request.POST)
    if is_too_large(fields):
        context["carried_too_large"] = True
    else:
        context |= carried_context(_pack(request, fields, why))
    request.method = "GET"  # what was sent is not an attempt to log in
    return site.login(request, context)


def carried_context(blob: str) -> dict:
    """Return the login page's context for a form that it keeps; empty if the signature is not ours."""
    carried = unpack_form(blob)
    return {"carried": blob, "carried_files": carried["files"]} if carried else {}


def _pack(request: HttpRequest, fields: dict[str, list[str]], why: str) -> str:
    files = [
        file.name[:LONGEST_NAME] for file in request.FILES.values() if isinstance(file, UploadedFile) and file.name
    ]
    form = {"user": typed_by(request), "path": _path(request), "fields": fields, "files": files, "why": str(why)}
    return signing.dumps(form | {"window": request.POST.get(WINDOW, "")}, salt=SALT, compress=True)


def unpack_form(blob: str) -> dict | None:
    try:
        return signing.loads(blob, salt=SALT, max_age=CARRIED_FOR) if blob else None
    except signing.BadSignature:
        return None


def typed_by(request: HttpRequest) -> int | None:
    """Return the pk of the login under which a form was typed: from its page, else the last user of this browser."""
    typed_pk = _unsigned(request.POST.get(TYPED_BY, ""))
    return last_user(request) if typed_pk is None else typed_pk


def last_user(request: HttpRequest) -> int | None:
    """Return the pk of the login that was last used in this browser."""
    return _unsigned(request.COOKIES.get(LAST_USER, ""))


def _unsigned(text: str) -> int | None:
    try:
        return int(signing.Signer(salt=SALT).unsign(text))
    except (signing.BadSignature, ValueError):
        return None


def signed(user: User) -> str:
    """Return the signed user for a page's form."""
    return signing.Signer(salt=SALT).sign(str(user.pk))


def after_login(request: LoggedInRequest, blob: str) -> HttpResponse | None:
    """Return the redirect to the form that the login page kept; None without one."""
    carried = unpack_form(blob)
    if carried is None:
        return None
    owner = User.objects.filter(pk=carried["user"]).first() if carried["user"] else request.user
    if owner is None:
        return None
    row = store(owner, carried["path"], carried["fields"], carried["files"], carried["why"])
    if owner == request.user:
        response = HttpResponseRedirect(form_address(row))
        _name_window(request, response, carried["window"])  # the server has the fields now
        return response
    text = _(
        "What was sent before you logged in was typed by %(name)s. It is not saved; %(name)s finds it on the desk’s "
        "first page after logging in."
    )
    messages.warning(request, text % {"name": owner.get_full_name() or owner.get_username()})
    return HttpResponseRedirect(reverse("admin:index"))


def csrf_failure(request, reason=""):
    """Answer a form whose token belongs to another session: if a page of ours sent it, it is shown, never executed."""
    from django.contrib.admin import site

    is_of_desk = request.path.startswith(reverse("admin:index"))
    if not is_of_desk or request.path.startswith(reverse("mfa_index")) or not _is_from_here(request):
        return djangos_csrf_failure(request, reason)
    is_login, is_in = request.path == reverse("admin:login"), site.has_permission(request)
    if is_login and is_in:  # somebody logged in in another tab, then here
        return after_login(request, request.POST.get(CARRIED, "")) or HttpResponseRedirect(reverse("admin:index"))
    if is_login or not is_carried(request):
        return djangos_csrf_failure(request, reason)
    if not is_in:
        return login_page(site, request, Why.LOGIN)
    blob = _pack(request, typed_in(request.POST), Why.EXPIRED)
    return after_login(request, blob) or djangos_csrf_failure(request, reason)


def _is_from_here(request: HttpRequest) -> bool:
    """Return whether a page of ours sent the form: browsers set this header, and no other site can."""
    return request.headers.get("Origin") == root_of(request)


def _path(request: HttpRequest) -> str:
    path = request.get_full_path()
    return path if len(path) <= LONGEST_PATH else request.path[:LONGEST_PATH]


# Rows


def store(user: User, path: str, fields: dict[str, list[str]], files: list[str], why: str) -> UnsavedForm:
    """Store a form for ``user``; only the newest are kept, and none for longer than a month."""
    row = UnsavedForm.objects.create(user=user, path=path, fields=fields, files=files, why=why)
    rows = UnsavedForm.objects.filter(user=user).order_by("-pk")
    too_many = list(rows.values_list("pk", flat=True)[MOST_FORMS : MOST_FORMS + REMOVED_AT_ONCE])
    old = UnsavedForm.objects.filter(at__lt=timezone.now() - KEPT_FOR).order_by("pk")
    UnsavedForm.objects.filter(pk__in=[*too_many, *old.values_list("pk", flat=True)[:REMOVED_AT_ONCE]]).delete()
    return row


def unsaved_form_of(user: User, pk: int | str) -> UnsavedForm | None:
    """Return the form ``pk``, if it belongs to ``user``."""
    is_number = str(pk).isascii() and str(pk).isdecimal() and len(str(pk)) < 18
    return UnsavedForm.objects.filter(user=user, pk=int(pk)).first() if is_number else None


def form_address(row: UnsavedForm) -> str:
    """Return the address that shows the form."""
    return reverse("admin:unsaved_form", args=[row.pk])


def model_admin_of(site: AdminSite, path: str) -> tuple[ModelAdmin | None, str | None]:
    """Return the admin of the model whose form is at ``path``, and the row's key (None: a new row); None twice for
    others.
    """
    try:
        match = resolve(urlsplit(path).path)
    except Resolver404:
        return None, None
    for model in filter(site.is_registered, apps.get_models()):
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        if match.url_name in {f"{name}_add", f"{name}_change"}:
            return site.get_model_admin(model), match.kwargs.get("object_id")
    return None, None


def form_title(site: AdminSite, row: UnsavedForm) -> str:
    """Return a title for a form: the kind of thing, and its name as it was typed."""
    model_admin, key = model_admin_of(site, row.path)
    if model_admin and row.why == Why.STEP:
        row_object = model_admin.model._base_manager.filter(pk=key).first()
        return _("for a step of “%(title)s”") % {"title": row_object or _("an article that is deleted")}
    kind = (
        str(model_admin.opts.verbose_name) if model_admin else _("form at %(path)s") % {"path": urlsplit(row.path).path}
    )
    names = (row.fields.get(name, [""])[0].strip() for name in ("headline", "title", "name", "username", "slug"))
    typed = next(filter(None, names), "")
    return f"{kind}: {typed}" if typed else kind


def screen_of(site: AdminSite, request: HttpRequest, row: UnsavedForm) -> str:
    """Return the address of the original form filled in with the row; "" if this person has none."""
    from django.contrib.admin.utils import unquote

    model_admin, key = model_admin_of(site, row.path)
    if model_admin is None or row.why == Why.GONE:
        return ""
    row_object = model_admin.get_object(request, unquote(key)) if key else None
    if row.why == Why.STEP:  # its form shows what waits, but nothing of articles in the trash
        is_shown = row_object and not row_object.trashed_at and model_admin.has_view_permission(request, row_object)
        return row.path if is_shown else ""
    may = (
        model_admin.has_change_permission(request, row_object)
        if row_object
        else model_admin.has_add_permission(request)
    )
    if not may or (key and row_object is None):
        return ""
    if hasattr(model_admin, "keep_unsaved"):  # it has its own way to offer what was not saved
        address = model_admin.keep_unsaved(request, row_object, row.data)
        row.delete()
        return address
    parts = urlsplit(row.path)
    query = "&".join(filter(None, [_without_number(parts.query), urlencode({"unsaved": row.pk})]))
    return f"{parts.path}?{query}"


def _without_number(query: str) -> str:
    return "&".join(part for part in query.split("&") if not part.startswith("unsaved="))


def _noted(site, request, response):
    """Set the cookies of a saved form and of the user, and delete what was kept of the form."""
    if not site.has_permission(request):
        return response
    if request.method == "POST" and _is_saved(request, response):
        if row := unsaved_form_of(request.user, request.POST.get(UNSAVED, "")):
            row.delete()
        _name_window(request, response, request.POST.get(WINDOW, ""))
    signed_user = signed(request.user)
    if request.COOKIES.get(LAST_USER) != signed_user:
        _cookie(response, LAST_USER, signed_user, YEAR, httponly=True)
    return response


def _is_saved(request: HttpRequest, response: HttpResponse) -> bool:
    """Return whether a form was saved: its screen says so, or redirects to another page."""
    leads_on = response.status_code in {302, 303} and not getattr(request, "is_not_saved", False)
    return leads_on or getattr(request, "is_saved", False)


def _name_window(request, response, name):
    """Set the cookie that tells the browser's script of a window whose fields it need not keep."""
    if name and len(name) <= LONGEST_WINDOW and name.isascii() and name.replace("-", "").isalnum():
        before = request.COOKIES.get(SAVED, "").split(".")
        _cookie(response, SAVED, ".".join([*filter(None, before), name][-MOST_WINDOWS:]), CARRIED_FOR)


def _cookie(response, name, value, seconds, *, httponly=False):
    how = {"secure": settings.SESSION_COOKIE_SECURE, "samesite": "Lax"}
    response.set_cookie(name, value, max_age=seconds, httponly=httponly, **how)


def read_typed(text: str) -> dict[str, list[str]] | None:
    """Return the fields that the browser kept, as it sends them; None for an invalid text."""
    try:
        fields = json.loads(text)
        pairs = {
            str(name): [str(value) for value in values] for name, values in fields.items() if isinstance(values, list)
        }
    except (ValueError, AttributeError, RecursionError):
        return None
    clean = {strip_control(name)[:LONGEST_NAME]: list(map(strip_control, values)) for name, values in pairs.items()}
    clean = {name: values for name, values in clean.items() if name not in MACHINERY and not is_secret(name)}
    return None if is_too_large(clean) or len(clean) > MOST_FIELDS else clean
