from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from articles.folding import begins
from articles.text import LineField
from ground.addresses import is_local

if TYPE_CHECKING:
    from taggit.models import Tag

    from articles.models.author import Author
    from articles.models.flat_page import FlatPage
    from articles.models.section import Section

MODELS = {"section": "articles.Section", "author": "articles.Author", "tag": "taggit.Tag", "page": "articles.FlatPage"}


MOST_PARTS = 40  # of an address, that redirects are compared with


def normal_path(address: str) -> str:
    """Return an address in the form in which redirects are compared: small letters, no slash at its end.

    One with a NUL stays as it is: no address has one, and PostgreSQL can't be asked for it.
    """
    path, mark, query = address.partition("?")
    plain = unquote(path)
    return ((path if "\0" in plain else plain).lower().rstrip("/") or "/") + mark + query


def starts_of(address: str) -> list[str]:
    """Return the prefixes of ``address``, part by part, the longest first; of very many parts the first ones."""
    parts = address.partition("?")[0].split("/", MOST_PARTS)[:MOST_PARTS]
    return ["/".join(parts[:end]) for end in range(len(parts), 1, -1)]


def path_of(target: "Section | Author | Tag | FlatPage") -> str:
    """Return the path of a section, author, tag or page, as an address shows it."""
    return f"/topics/{target.slug}/" if target._meta.label == "taggit.Tag" else target.get_absolute_url()


class FormerAddress(models.Model):
    """A former path of a section, author, tag or page, by which it is found whatever it is called today."""

    class Kind(models.TextChoices):
        SECTION = "section", _("section")
        AUTHOR = "author", _("author")
        TAG = "tag", _("tag")
        PAGE = "page", _("page")

    path = models.CharField(_("address"), max_length=255, unique=True)  # as normal() gives it
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    row = models.BigIntegerField(_("number"))  # of the last row with this path

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")
        indexes = [models.Index(fields=["kind", "row"], name="formeraddress_of")]

    def __str__(self):
        return self.path


class RedirectQuerySet(models.QuerySet["Redirect"]):
    def leading(self, address: str) -> "QuerySet[Redirect]":
        """Return the redirects for ``address``, the best first: its own, then those of the longest prefixes."""
        address = normal_path(address)
        redirects = self.filter(
            Q(source=address, kind=Redirect.Kind.EXACT) | Q(source__in=starts_of(address), kind=Redirect.Kind.PREFIX)
        )
        return redirects.order_by("kind", models.functions.Length("source").desc())


class Redirect(models.Model):
    """Where an address without a page redirects to; without a target the answer is 410 Gone."""

    class Kind(models.TextChoices):
        EXACT = "exact", _("this address alone")
        PREFIX = "prefix", _("all addresses that begin with it")

    source = LineField(
        _("from"),
        max_length=500,
        help_text=_("Like “/old-name/” or “/?p=123”. An address that has a page today shows the page."),
    )
    kind = models.CharField(_("for"), max_length=6, choices=Kind, default=Kind.EXACT)
    target = LineField(
        _("to"),
        max_length=500,
        blank=True,
        help_text=_(
            "An address of the paper, like “/business/”, or a whole one, https://… Empty: it is gone for good, and "
            "search engines are told so. What follows a beginning is kept where there is such a page."
        ),
    )

    objects = RedirectQuerySet.as_manager()

    class Meta:
        verbose_name = _("redirect")
        verbose_name_plural = _("redirects")
        ordering = ["source", "kind"]
        constraints = [
            models.UniqueConstraint(
                "source",
                "kind",
                name="one_redirect_an_address",
                violation_error_message=_("There is a redirect of this address already."),
            ),
            models.CheckConstraint(condition=Q(kind__in=["exact", "prefix"]), name="redirect_kind_is_known"),
        ]

    def __str__(self):
        return self.source

    def normal_source(self) -> str:
        """Return ``source`` as it is stored."""
        return normal_path(_path_alone(self.source))

    def clean(self):
        self.source = _path_alone(self.source)
        if not self.source.startswith("/") or self.source.startswith("//"):
            raise ValidationError({"source": _("Write the address as it follows the paper's name, like “/old-name/”.")})
        self.source = normal_path(self.source)
        if self.source.startswith("/admin") or (self.kind == self.Kind.PREFIX and self.source == "/"):
            raise ValidationError({"source": _("This address stays what it is.")})
        if self.kind == self.Kind.PREFIX and "?" in self.source:
            raise ValidationError({"source": _("A beginning holds no “?”.")})
        self._clean_target()

    def _clean_target(self):
        if urlsplit(self.target).hostname in {settings.SITE_HOST, *settings.ALLOWED_HOSTS}:
            self.target = _path_alone(self.target)  # an address of ours, whose circles can be detected
        if not self.target:
            return
        if is_local(self.target):
            self._refuse_chains()
        else:
            try:
                URLValidator(["http", "https"])(self.target)
            except ValidationError as error:
                raise ValidationError({"target": error.messages}) from error

    def _refuse_chains(self):
        """Refuse a redirect that leads to another one, or back to its own source."""
        other_redirects = Redirect.objects.exclude(pk=self.pk)
        if self.holds_for(self.target):
            raise ValidationError({"target": _("This would lead round in a circle.")})
        if further := other_redirects.leading(self.target).first():
            words = {"source": further.source, "target": further.target or _("gone")}
            if self.holds_for(further.target):
                raise ValidationError({"target": _("This would lead round in a circle, by “%(source)s”.") % words})
            raise ValidationError(
                {"target": _("“%(source)s” leads on to “%(target)s”: name that one as the target.") % words}
            )
        here = begins("target", self.source) | Q(target__contains="%")  # which may encode the same letters differently
        for earlier in other_redirects.filter(here, target__startswith="/"):
            if self.holds_for(earlier.target):
                raise ValidationError({"source": _("“%(source)s” leads here. Change it first.") % {"source": earlier}})

    def holds_for(self, address: str) -> bool:
        """Return whether the redirect applies to ``address``."""
        if not address.startswith("/"):
            return False
        if self.kind == self.Kind.EXACT:
            return normal_path(address) == self.source
        return self.source in starts_of(normal_path(address))

    def targets(self, address: str) -> list[str]:
        """Return where ``address`` may lead, the best first: with its ending, if such a page exists, and without."""
        ending = normal_path(address)[len(self.source) :].strip("/") if self.kind == self.Kind.PREFIX else ""
        if not ending:
            return [self.target]
        path, mark, query = self.target.partition("?")
        return [f"{path.rstrip('/')}/{ending}{'' if '.' in ending else '/'}{mark}{query}", self.target]


class RedirectHits(models.Model):
    """How often a redirect was followed; a table of its own, so that counting does not clear the page cache."""

    redirect = models.OneToOneField(Redirect, models.CASCADE, primary_key=True, related_name="counted")
    hits = models.PositiveBigIntegerField(_("followed"), default=0)
    last_at = models.DateTimeField(_("last"))

    def __str__(self):
        return f"{self.redirect_id}: {self.hits}"


def _path_alone(address: str) -> str:
    """Return an address without the host with which it was copied."""
    parts = urlsplit(address.strip())
    if parts.scheme in {"http", "https"} and parts.netloc:
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return address.strip()
