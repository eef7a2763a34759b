from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from articles.models.named import Named, NamedQuerySet
from articles.text import LineField, ProseField, SlugWord, validate_links
from ground.compiled_queries import CompiledQuery


class AuthorQuerySet(NamedQuerySet):
    def public(self):
        """Return the authors with a page, a feed and an address: all except guests."""
        return self.filter(is_guest=False)


class Author(Named):
    """A name above articles: a person or a desk, with or without a login."""

    name = LineField(_("name"), max_length=120)
    slug = SlugWord(
        _("slug"),
        max_length=80,
        unique=True,
        help_text=_(
            "The word in the author's address. After a change the old address and its feeds lead to the new one."
        ),
    )
    is_guest = models.BooleanField(
        _("guest"),
        default=False,
        db_default=False,
        help_text=_("A name above articles alone: readers find no page and no feed of a guest."),
    )
    is_desk = models.BooleanField(_("is a desk"), default=False, help_text=_("A desk or agency, not one person."))
    role = LineField(_("role"), max_length=120, blank=True, help_text=_("Like “Bishkek correspondent”."))
    biography = ProseField(_("biography"), blank=True)
    picture = models.ForeignKey(
        "articles.Image", models.PROTECT, verbose_name=_("picture"), related_name="+", null=True, blank=True
    )
    links = ProseField(_("links"), blank=True, validators=[validate_links], help_text=_("One https:// address a line."))
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("login"),
        related_name="author",
        null=True,
        blank=True,
        help_text=_("Whoever logs in with it may edit drafts that carry this byline."),
    )

    objects = AuthorQuerySet.as_manager()

    class Meta:
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        ordering = ["name"]
        indexes = [models.Index(fields=["name_key"], name="author_by_name_key")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(slug=""),
                name="author_has_a_name_and_slug",
                violation_error_message=_("An author needs a name and a slug."),
            ),
            models.CheckConstraint(
                condition=Q(is_guest=False) | Q(user=None),
                name="guest_has_no_login",
                violation_error_message=_("A guest has no login: first make them an author with a page."),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        """Return the address of the author's page; empty for a guest, who has none."""
        return "" if self.is_guest else f"/authors/{self.slug}/"

    @property
    def link_list(self) -> list[tuple[str, str]]:
        """The address and host of each link, as readers see them."""
        return [(line, (urlsplit(line).hostname or "").removeprefix("www.")) for line in self.links.split()]


AUTHORS = CompiledQuery(Author, lambda keys: Author.objects.filter(pk__in=keys), joins={"picture": []})
