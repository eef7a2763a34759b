from datetime import date

from django.conf import settings
from django.core.files.storage import storages
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from articles.pictures import renditions
from articles.pictures.trimming import Trim
from articles.text import LineField


def uploads():
    """Return the storage of masters, which has no public addresses."""
    return storages["uploads"]


class Image(models.Model):
    """A picture: its master file (re-encoded, without metadata) and its texts, rights and crops."""

    file = models.FileField(_("file"), storage=uploads, max_length=120)
    key = models.CharField(_("key"), max_length=32, unique=True, editable=False)
    former_key = models.CharField(
        max_length=32, blank=True, default="", db_default="", editable=False
    )  # of the file that this one replaced, while pages that are open still show its sizes
    sha256 = models.CharField(_("SHA-256 of the upload"), max_length=64, unique=True, editable=False)
    width = models.PositiveIntegerField(_("width"), editable=False)  # of what is shown, as is the height
    height = models.PositiveIntegerField(_("height"), editable=False)
    title = LineField(_("title"), max_length=120, help_text=_("The desk finds it by this; readers don't see it."))
    alt = LineField(
        _("alternative text"),
        max_length=250,
        blank=True,
        help_text=_("What the picture shows, for people who can't see it. Empty only if it is decorative."),
    )
    decorative = models.BooleanField(_("decorative"), default=False, help_text=_("It tells nothing: skip it."))
    caption = LineField(_("caption"), max_length=400, blank=True)
    credit = LineField(_("credit"), max_length=160)
    licence = LineField(_("licence"), max_length=160, blank=True)
    licence_until = models.DateField(_("licence ends"), null=True, blank=True)
    trim_left = models.FloatField(default=0.0, db_default=0.0, editable=False)  # cut off by hand, as fractions of
    trim_top = models.FloatField(default=0.0, db_default=0.0, editable=False)  # the upright original, which stays
    trim_right = models.FloatField(default=0.0, db_default=0.0, editable=False)  # as it is; every size of a crop is
    trim_bottom = models.FloatField(default=0.0, db_default=0.0, editable=False)  # cut from what these leave
    turn = models.PositiveSmallIntegerField(
        _("turned"),
        default=0,
        db_default=0,
        choices=[
            (0, _("not turned")),
            (90, _("a quarter to the right")),
            (180, _("upside down")),
            (270, _("a quarter to the left")),
        ],
    )  # clockwise, after that
    focal_x = models.PositiveSmallIntegerField(
        _("focal point from the left, %"), default=50, validators=[MaxValueValidator(100)]
    )
    focal_y = models.PositiveSmallIntegerField(
        _("focal point from the top, %"), default=50, validators=[MaxValueValidator(100)]
    )
    is_whole = models.BooleanField(
        _("do not crop"), default=False, db_default=False, help_text=_("A chart or a map: every page shows all of it.")
    )
    crops = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField()), editable=False
    )  # a focal point of its own for a crop: {"wide": [30, 40]}, in per cent of the original, as the focal point is
    colour = models.CharField(_("main colour"), max_length=7, default="#8a8578", editable=False)
    wanted_cut = models.PositiveSmallIntegerField(default=1, editable=False)  # counts changes of what is cut
    first_cut = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)  # whose first sizes exist
    made_cut = models.PositiveSmallIntegerField(default=0, editable=False)  # the one whose sizes exist; 0: none yet
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, editable=False
    )
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)

    class Meta:
        verbose_name = _("image")
        verbose_name_plural = _("images")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decorative=True) | ~Q(alt=""),
                name="image_has_alt_or_is_decorative",
                violation_error_message=_("Say what the picture shows, or tick “decorative” if it tells nothing."),
            ),
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(credit=""),
                name="image_has_a_title_and_credit",
                violation_error_message=_("A picture needs a title and a credit."),
            ),
            models.CheckConstraint(
                condition=Q(focal_x__lte=100, focal_y__lte=100),
                name="image_focus_is_inside",
                violation_error_message=_("The focal point lies outside the picture."),
            ),
            models.CheckConstraint(condition=Q(width__gt=0, height__gt=0), name="image_has_a_size"),
            models.CheckConstraint(
                condition=Q(
                    trim_left__gte=0,
                    trim_top__gte=0,
                    trim_right__gte=0,
                    trim_bottom__gte=0,
                    trim_left__lt=1 - F("trim_right"),
                    trim_top__lt=1 - F("trim_bottom"),
                ),
                name="image_has_a_part_left",
                violation_error_message=_("Nothing of the picture would be left."),
            ),
            models.CheckConstraint(condition=Q(turn__in=[0, 90, 180, 270]), name="image_is_turned_by_quarters"),
            models.CheckConstraint(condition=Q(made_cut__lte=F("wanted_cut")), name="image_cut_was_wanted"),
        ]

    def __str__(self):
        return self.title

    @property
    def alternative(self) -> str:
        """The text of the ``alt`` attribute: empty for a decorative picture."""
        return "" if self.decorative else self.alt

    @property
    def trim(self) -> Trim:
        """How the picture was trimmed and turned by hand."""
        return Trim(self.trim_left, self.trim_top, self.trim_right, self.trim_bottom, self.turn)

    @trim.setter
    def trim(self, trim: Trim) -> None:
        self.trim_left, self.trim_top, self.trim_right, self.trim_bottom = trim.edges
        self.turn = trim.turn

    @property
    def original_size(self) -> tuple[int, int]:
        """The size in pixels of the whole upright original; of a trimmed one to within a few pixels."""
        return self.trim.original_size((self.width, self.height))

    @property
    def focus(self) -> tuple[int, int]:
        """The focal point, which every crop keeps in sight, in per cent of the trimmed picture."""
        return self.trim.point((self.focal_x, self.focal_y))

    @property
    def crop_points(self) -> dict[str, tuple[int, int]]:
        """The focal points of crops that have their own, in per cent of the trimmed picture."""
        return {crop: self.trim.point((point[0], point[1])) for crop, point in self.crops.items()}

    def point_within(self, crop: str) -> tuple[int, int]:
        """Return the position of the focal point in the copies cropped to ``crop``, in per cent."""
        return renditions.point_within((self.width, self.height), crop, self.crop_points.get(crop, self.focus))

    def licence_ended(self, day: date) -> bool:
        """Return whether the licence had expired on ``day``; its last day is still valid."""
        return self.licence_until is not None and self.licence_until < day

    def sources(self, crop: str) -> renditions.Sources:
        """Return addresses and sizes of the public copies cropped to ``crop`` (a key of ``renditions.CROPS``), or
        uncropped.
        """
        crop, size = "full" if self.is_whole else crop, (self.width, self.height)
        if self.first_cut > self.made_cut:
            return renditions.first_sources(self.key, self.first_cut, crop, size)
        return renditions.picture_sources(self.key, self.made_cut, crop, size)
