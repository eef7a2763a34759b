"""Setting one's own password without being logged in: by a link, and how to get one.

No answer tells whether a login or a mail address exists: text, status and work are the same.
"""

from django import forms
from django.contrib import admin
from django.contrib.auth.forms import PasswordResetForm, SetPasswordForm
from django.contrib.auth.views import PasswordResetCompleteView, PasswordResetDoneView, PasswordResetView
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from articles.desk.people import links

SHOWN = "password_link"  # in a session: the name of the link whose secret was shown
FORM = "new"  # what stands in the form's address in place of the secret


class AskForm(PasswordResetForm):
    """A mail address. The worker looks up the user, so that the answer tells nothing."""

    email = forms.EmailField(
        label=gettext_lazy("Your mail address"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email", "autofocus": True, "class": "vTextField"}),
    )

    def save(self, *args, **kwargs):
        links.ask_for_link(self.cleaned_data["email"])


@method_decorator(never_cache, name="dispatch")
class AskView(PasswordResetView):
    """“Forgot password?”; if no mail is set up it says whom to ask."""

    form_class = AskForm
    template_name = "admin/password_ask.html"
    title = gettext_lazy("Forgot password?")
    success_url = reverse_lazy("password_asked_for")

    def get_context_data(self, **kwargs):
        own = {"has_mail": links.has_mail(), "minutes": int(links.ASKED_FOR.total_seconds() // 60)}
        return super().get_context_data(**kwargs) | admin.site.each_context(self.request) | own

    def form_valid(self, form):
        if not links.has_mail():
            return self.render_to_response(self.get_context_data(form=form))
        return super().form_valid(form)


class AskedView(PasswordResetDoneView):
    """The page after the request, the same for every address."""

    template_name = "admin/password_asked.html"
    title = gettext_lazy("Look into your mail")

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | admin.site.each_context(self.request)


class DoneView(PasswordResetCompleteView):
    """The page after the password was set."""

    template_name = "admin/password_set.html"
    title = gettext_lazy("Your password is set")

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | admin.site.each_context(self.request)


class NewPasswordForm(SetPasswordForm):
    """A new password, typed twice."""

    error_messages = SetPasswordForm.error_messages | {
        "password_mismatch": gettext_lazy("The two passwords are not the same. Type both again.")
    }

    def __init__(self, user, *args, **kwargs):
        super().__init__(user, *args, **kwargs)
        self.fields["new_password1"].widget.attrs["autofocus"] = True
        self.fields["new_password2"].label = _("The same once more")


@sensitive_post_parameters()
@sensitive_variables("secret", "form")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def set_password(request, name, secret):
    """The page of a link: its user sets the password, once. The secret leaves the address at once; none is stored."""
    was_shown = secret == FORM and request.session.get(SHOWN) == name
    link = links.working_link(name) if was_shown else links.find_link(name, secret)
    if link is None:
        return _invalid_link(request)
    if not was_shown and request.method != "POST":
        request.session[SHOWN] = name
        return _for_nobody_else(redirect("set_password", name, FORM))
    form = NewPasswordForm(link.user, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if form.is_valid():
            was_first = links.use(link, form.cleaned_data["new_password1"])
            request.session.pop(SHOWN, None)
            return redirect("password_set") if was_first else _invalid_link(request)
        links.count_try(link)
    title = _("Set your password")
    return _page(request, "password_choose", {"form": form, "link": link, "title": title})


def _invalid_link(request):
    return _page(request, "password_gone", {"title": _("This link leads nowhere any more")}, status=410)


def _page(request, name, context, status=200):
    """Return a page of the desk for somebody who is not logged in."""
    context = {**admin.site.each_context(request), "has_mail": links.has_mail(), **context}
    return _for_nobody_else(TemplateResponse(request, f"admin/{name}.html", context, status=status))


def _for_nobody_else(response):
    """Return ``response``, whose address no other site and no search engine is told."""
    response.headers["Referrer-Policy"] = "same-origin"  # with no-referrer browsers send no origin with the form
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


urlpatterns = [
    path("password/", AskView.as_view(), name="password_ask"),
    path("password/asked/", AskedView.as_view(), name="password_asked_for"),
    path("password/set/", DoneView.as_view(), name="password_set"),
    path("password/<slug:name>/<slug:secret>/", set_password, name="set_password"),
]
