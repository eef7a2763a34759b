import zoneinfo
from datetime import datetime

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Exists, Q
from django.utils.translation import gettext_lazy as _

from articles.models.language import first_languages
from articles.models.look import Look
from articles.text import LineField, NormalJSONField, ProseField, validate_links
from ground.times import time_with_zone


def validate_time_zone(name: str) -> None:
    """Refuse a time zone that the IANA database doesn't have."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone. Choose one out of the list."), params={"name": name})


class SiteSettings(Look):
    """The paper's settings: its name, description and choices; one row, edited in the admin."""

    has_menu_links = False  # whether any menu was edited; set by current()

    class RateLook(models.TextChoices):
        EXACT = "exact", _("exact: enough digits to be true, changes with two decimals")
        CLASSIC = "classic", _("classic: five decimals, whole percents, with a sign on a falling zero")

    class DayForm(models.TextChoices):
        CLASSIC = "classic", _("classic: 08 December 2025")
        WEEKDAY = "weekday", _("with its weekday: Monday, 08 December 2025")

    class FeedText(models.TextChoices):
        FULL = "full", _("the whole article")
        SUMMARY = "summary", _("the standfirst")

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = LineField(_("name of the paper"), max_length=60, default="The Paper")
    tagline = LineField(_("tagline"), max_length=120, blank=True)
    description = LineField(
        _("description"), max_length=160, blank=True, help_text=_("Said of the front page by search engines.")
    )
    logo = models.ForeignKey(
        "articles.Image", models.PROTECT, verbose_name=_("logo"), related_name="+", null=True, blank=True
    )
    time_zone = models.CharField(
        _("time zone of the paper"), max_length=40, default="Asia/Bishkek", validators=[validate_time_zone]
    )
    languages = NormalJSONField(
        _("languages of stories"),
        default=first_languages,
        db_default=models.Value(first_languages(), models.JSONField()),
    )  # [{"code": "uz-Cyrl", "name": "Ўзбекча"}, …], in the order in which they are offered
    contact_email = models.EmailField(_("contact e-mail"), blank=True)
    contact_address = ProseField(_("postal address"), blank=True)
    social_links = ProseField(
        _("social networks"), blank=True, validators=[validate_links], help_text=_("One https:// address a line.")
    )
    feed_text = models.CharField(
        _("text in feeds"), max_length=8, choices=FeedText, default=FeedText.FULL, db_default=FeedText.FULL
    )
    feed_host = LineField(
        _("host in the names of articles in feeds"),
        max_length=200,
        blank=True,
        default="",
        db_default="",
        editable=False,  # feed readers know an article by it, so it stays when the paper moves to another host
    )
    websub_hub = LineField(
        _("WebSub hub"),
        max_length=200,
        blank=True,
        default="",
        db_default="",
        validators=[URLValidator(["https"])],
        help_text=_(
            "It tells feed readers at once what is new. Like https://pubsubhubbub.appspot.com/; empty: nobody."
        ),
    )
    tells_search_engines = models.BooleanField(
        _("tell search engines"),
        default=False,
        db_default=False,
        help_text=_("By IndexNow, as soon as an article goes live or ends. Bing, Yandex, Seznam and Naver listen."),
    )
    robots_lines = ProseField(
        _("more lines of robots.txt"),
        blank=True,
        default="",
        db_default="",
        help_text=_("They follow our own, which keep crawlers from the desk and name the sitemaps."),
    )
    ads_txt = ProseField(
        "ads.txt", blank=True, default="", db_default="", help_text=_("Who may sell the paper's advertising.")
    )
    security_txt = ProseField(
        "security.txt",
        blank=True,
        default="",
        db_default="",
        help_text=_("Whom to tell of a weakness. Empty: the contact e-mail. “Expires” is added if it is missing."),
    )
    humans_txt = ProseField("humans.txt", blank=True, default="", db_default="", help_text=_("Who makes the paper."))
    day_form = models.CharField(
        _("day under the paper's name"),
        max_length=8,
        choices=DayForm,
        default=DayForm.CLASSIC,
        db_default=DayForm.CLASSIC,
    )
    rate_look = models.CharField(_("look of the rate bar"), max_length=8, choices=RateLook, default=RateLook.EXACT)
    has_countries = models.BooleanField(
        _("row of countries on the front page"),
        default=True,
        db_default=True,
        help_text=_("Each with its local time, what a dollar costs and its newest article: see the sections."),
    )

    # True for a new paper; the database's default is False for papers that existed before the column.
    shows_first_steps = models.BooleanField(default=True, db_default=False, editable=False)
    mail_worked_at = models.DateTimeField(null=True, editable=False)  # when the mail server last took a test mail

    class Meta:
        verbose_name = _("settings of the paper")
        verbose_name_plural = _("settings of the paper")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_row_of_settings")]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        """Save with the host by which feeds identify articles, which is set once and for ever."""
        if not self.feed_host:
            self.feed_host = settings.SITE_HOST
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "feed_host"}
        super().save(*args, **kwargs)

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The time zone in which the paper's day begins."""
        return zoneinfo.ZoneInfo(self.time_zone)

    def time_in_words(self, moment: datetime) -> str:
        """Return a time in the paper's time zone, in words, with the zone's name."""
        return time_with_zone(moment, self.zone)

    @classmethod
    def current(cls) -> "SiteSettings":
        """Return the row, or its defaults while nobody has saved one."""
        links = apps.get_model("articles", "MenuLink").objects.order_by()
        return cls.objects.select_related("logo").annotate(has_menu_links=Exists(links)).first() or cls()


class PaperLook(SiteSettings):
    """The paper's settings once more, for the form of its colours, fonts and nameplate."""

    class Meta:
        proxy = True
        verbose_name = _("look of the paper")
        verbose_name_plural = _("look of the paper")
