"""The demo paper's logins, one for each role: created and let in only in debug mode."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser, Group, User
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from articles.desk import roles
from articles.models.author import Author
from articles.models.section import Section

PASSWORD = "newsroom-demo"  # noqa: S105 - printed at every start, and worth nothing once debug is off
MAIL_HOST = "@demo.invalid"
EDITED = ["business-economy", "kyrgyzstan"]  # sections that the demo section editor edits
WRITER = "aigul-tash"  # the author of the demo reporter's articles


@dataclass(frozen=True)
class DemoUser:
    """A login of the demo paper: its name, its role, the person's name."""

    username: str
    role: str
    first_name: str
    last_name: str


DEMO_USERS = (
    DemoUser("reporter", roles.REPORTER, "Aigul", "Tash"),
    DemoUser("editor", roles.SECTION_EDITOR, "Rustam", "Qalam"),
    DemoUser("chief", roles.CHIEF_EDITOR, "Nilufar", "Daftar"),
    DemoUser("pictures", roles.PICTURE_EDITOR, "Pasha", "Kamera"),
    DemoUser("rates", roles.RATES_DESK, "Rano", "Hisob"),
    DemoUser("admin", roles.ADMINISTRATOR, "Adil", "Server"),
)


class DemoUsersInDebugOnly(ModelBackend):
    """Django's own backend, but without the demo users unless in debug mode, because their password is public."""

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        return super().user_can_authenticate(user) and (settings.DEBUG or not is_demo(user))


def is_demo(user: User | AnonymousUser | None) -> bool:
    """Return whether ``user`` is a demo user, by the e-mail address."""
    return str(getattr(user, "email", "")).strip().lower().endswith(MAIL_HOST)


@transaction.atomic
def make_demo_users() -> list[DemoUser]:
    """Create the demo users whose usernames are free, with role, sections and author; return them."""
    if not settings.DEBUG:
        raise ImproperlyConfigured("Demo users are made in debug only: everybody knows their password.")
    created = [demo for demo in DEMO_USERS if _make_user(demo)]
    writer = User.objects.filter(username="reporter", author=None, email__endswith=MAIL_HOST).first()
    if writer:
        Author.objects.filter(slug=WRITER, user=None).update(user=writer)
    return created


def existing() -> list[DemoUser]:
    """Return the demo users that can log in now."""
    if not settings.DEBUG:
        return []
    users = User.objects.filter(is_active=True, email__endswith=MAIL_HOST)
    names = set(users.values_list("username", flat=True))
    return [demo for demo in DEMO_USERS if demo.username in names]


def _make_user(demo: DemoUser) -> bool:
    user, is_created = User.objects.get_or_create(
        username=demo.username,
        defaults={
            "email": demo.username + MAIL_HOST,
            "first_name": demo.first_name,
            "last_name": demo.last_name,
            "is_staff": True,
            "is_superuser": demo.role == roles.ADMINISTRATOR,
        },
    )
    if is_created:
        user.set_password(PASSWORD)
        user.save()
        user.groups.add(Group.objects.get_or_create(name=demo.role)[0])
        if demo.role == roles.SECTION_EDITOR:
            user.edited_sections.set(Section.objects.filter(slug__in=EDITED, parent=None))
    return is_created
