"""The forms of a picture: one for uploading, one for changing."""

import uuid
from pathlib import PurePath
from typing import TYPE_CHECKING

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import get_default_renderer
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from articles.admin import uploads
from articles.desk.library import measure_upload
from articles.models import Image
from articles.pictures import renditions
from articles.pictures.trimming import Trim
from ground.characters import normalise

ACCEPTED = ".jpg,.jpeg,.png,.webp,.avif,.gif,.heic,.heif"
AGAIN = "again"  # the code of an error that is none if the page itself keeps the file
CROPS = {"wide": _("16:9"), "card": _("4:3"), "square": _("1:1")}  # the crops with a fixed ratio
EDGES = [_("on the left, %"), _("at the top, %"), _("on the right, %"), _("at the bottom, %")]  # as Trim.edges has them


class PointInput(forms.MultiWidget):
    """An input of two numbers, which the page's script draws."""

    def __init__(self, crop):
        names = [_("%(crop)s from the left, %%"), _("%(crop)s from the top, %%")]
        labels = [str(name % {"crop": CROPS[crop]}) for name in names]
        hints = [_("left %"), _("top %")]
        attributes = [{"aria-label": label, "placeholder": hint} for label, hint in zip(labels, hints, strict=True)]
        super().__init__([forms.NumberInput({"min": 0, "max": 100} | more) for more in attributes])

    def decompress(self, value):
        return list(value) if value else [None, None]


class PointField(forms.MultiValueField):
    """A point of a picture, in per cent from the left and the top; empty means the focal point."""

    def __init__(self, crop):
        fields = [forms.IntegerField(min_value=0, max_value=100, required=False) for _axis in range(2)]
        super().__init__(
            fields,
            widget=PointInput(crop),
            required=False,
            require_all_fields=False,
            label=_("Crop %(crop)s") % {"crop": CROPS[crop]},
        )

    def compress(self, values):
        numbers = [value for value in values if value is not None]
        if len(numbers) == 1:
            raise ValidationError(_("Write both numbers of the point, or neither."), code="incomplete")
        return numbers or None


class EdgesInput(forms.MultiWidget):
    """An input of four numbers, which the page's script draws as a rectangle."""

    def __init__(self):
        super().__init__([forms.NumberInput({"min": 0, "max": 99, "step": "any"}) for _edge in EDGES])

    def decompress(self, value):
        return list(value) if value else [None] * len(EDGES)

    def render(self, name, value, attrs=None, renderer=None):
        parts = self.get_context(name, value, attrs)["widget"]["subwidgets"]
        draw = (renderer or get_default_renderer()).render
        inputs = [mark_safe(draw(part["template_name"], {"widget": part})) for part in parts]  # noqa: S308 - Django's own
        labelled = zip(parts, EDGES, inputs, strict=True)
        rows = ((part["attrs"]["id"], label, field) for part, label, field in labelled)
        return format_html_join("", '<div class="edge"><label for="{}">{}</label>{}</div>', rows)


class EdgesField(forms.MultiValueField):
    """The trim of each edge: typed in per cent, returned as fractions."""

    def __init__(self):
        super().__init__(
            [forms.FloatField(min_value=0, max_value=99, required=False) for _edge in EDGES],
            widget=EdgesInput(),
            required=False,
            require_all_fields=False,
            label=_("Cut off"),
            help_text=_(
                "What pages show is cut from the rest. The original is never lost: empty fields show all of it again."
            ),
        )

    def compress(self, values):
        left, top, right, bottom = (round((part or 0) / 100, 4) for part in values or Trim().edges)
        if left + right >= 1 or top + bottom >= 1:
            raise ValidationError(_("Nothing of the picture would be left: cut off less."), code="nothing_left")
        return left, top, right, bottom


class FilledRowForm(forms.ModelForm):
    """A form whose subclasses go on when Django has filled in the row: a method that its types leave out."""

    if TYPE_CHECKING:

        def _post_clean(self) -> None: ...


class ImageForm(FilledRowForm):
    """The texts and crops of a picture."""

    duplicate: Image | None = None  # the picture in the library with the same file
    cannot_be_stored = False  # True after a failed attempt
    edges = EdgesField()
    turn = forms.TypedChoiceField(
        label=_("Turned"), choices=Image._meta.get_field("turn").choices or (), coerce=int, required=False
    )
    crop_wide = PointField("wide")
    crop_card = PointField("card")
    crop_square = PointField("square")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.trim_before = self.instance.trim
        self.initial["edges"] = [_percent(edge) for edge in self.trim_before.edges]
        for crop in CROPS:
            self.initial[f"crop_{crop}"] = self.instance.crops.get(crop)

    def clean_turn(self):
        """Return the degrees of the turn; 0 for an empty choice."""
        return self.cleaned_data["turn"] or 0

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        if not cleaned.get("alt") and not cleaned.get("decorative") and "alt" not in self.errors:
            message = _("Say what the picture shows, or tick “decorative” if it tells nothing.")
            self.add_error("alt", ValidationError(message, code="required"))
        return cleaned

    def _post_clean(self):
        super()._post_clean()
        points = {crop: self.cleaned_data.get(f"crop_{crop}") for crop in CROPS}
        self.instance.crops = {crop: point for crop, point in points.items() if point}
        left, top, right, bottom = self.cleaned_data.get("edges") or Trim().edges
        self.instance.trim = Trim(left, top, right, bottom, self.instance.turn)

    @property
    def is_trimmed_anew(self):
        """Whether the form changes the part of the picture that is shown, or its turn."""
        return self.instance.trim != self.trim_before

    def measure(self, original):
        """Set the size of the trimmed picture for an ``original`` of that size, unless it is too small."""
        size = self.instance.trim.size(original)
        try:
            renditions.check_size(*size)
        except ValidationError as refusal:
            self.add_error("edges", refusal)
        else:
            self.instance.width, self.instance.height = size

    @property
    def crop_fields(self):
        """Each crop with its field, for the template."""
        return [(crop, self[f"crop_{crop}"]) for crop in CROPS]

    def take(self, sent):
        """Return the new encoding of the file ``sent`` under a random name, and set the row's measures."""
        if self.cannot_be_stored:
            raise _not_stored()
        upload = uploads.decoded(sent, renditions.accept_picture)
        self._refuse_duplicate(upload.sha256)
        return measure_upload(self.instance, upload)

    def _refuse_duplicate(self, sha256):
        existing = Image.objects.filter(sha256=sha256).first()
        if existing is None:
            return
        self.duplicate = existing
        if existing.pk == self.instance.pk:
            raise ValidationError(_("This is the file that the picture has already."), code="duplicate")
        address = reverse("admin:articles_image_change", args=[existing.pk])
        link = format_html('<a href="{}">{}</a>', address, existing.title)
        raise ValidationError(
            format_html(str(_("This picture is in the library already: {}.")), link), code="duplicate"
        )


class UploadForm(ImageForm):
    """The upload of a picture: its file is decoded and encoded anew before anything of it is stored."""

    file = forms.FileField(
        label=_("File"),
        max_length=None,
        widget=forms.FileInput(attrs={"accept": ACCEPTED, "data-upload": ""}),
        help_text=_(
            "JPEG, PNG, WebP, AVIF, GIF or HEIC, up to %(mb)d MB. What the file says of place and camera is dropped."
        )
        % {"mb": renditions.MAX_BYTES >> 20},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["title"].required = False
        self.fields["title"].help_text = _("The desk finds the picture by it. Empty: the file’s name is taken.")

    def clean_file(self):
        sent = self.cleaned_data["file"]
        self.name_sent = sent.name
        return self.take(sent)

    def _post_clean(self):
        super()._post_clean()
        if not self.errors and self.is_trimmed_anew:
            self.measure((self.instance.width, self.instance.height))
            self._ask_again()

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("title") and "title" not in self.errors:
            cleaned["title"] = _title(getattr(self, "name_sent", ""))
        self._ask_again()
        return cleaned

    def _ask_again(self):
        if self.errors and self.cleaned_data.get("file"):
            message = _("The file itself is fine, but a browser does not keep it: choose it once more.")
            self.add_error("file", ValidationError(message, code=AGAIN))


class ChangeForm(ImageForm):
    """The form of a picture in the library: its texts, its crops, and a file to replace it."""

    new_file = forms.FileField(
        label=_("New file"),
        max_length=None,
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text=_(
            "Everything that shows this picture shows the new file then: live pages too. Look at the alternative text "
            "and the focal point; the words stay as they are. What was cut off and turned before is undone."
        ),
    )
    seen = forms.CharField(label=_("File"), widget=forms.HiddenInput, required=False)  # warns of a newer file
    at_once = forms.BooleanField(
        label=_("Take the old file off the web at once"),
        required=False,
        help_text=_(
            "For a picture, or a part of it that you cut off, that may not be shown any more. Otherwise pages that are "
            "open still find it until the sizes are next made anew."
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["seen"] = self.instance.key

    def _post_clean(self):
        """Check the file after all other fields are valid; it changes the row, and a browser does not keep it."""
        super()._post_clean()
        sent = self.cleaned_data.get("new_file")
        if sent and self.errors:
            self.add_error("new_file", _("Choose the file once more: a browser does not keep it."))
        elif sent:
            self._replace_file(sent)
        elif self.is_trimmed_anew and not self.errors:
            self._trim_anew()

    def _replace_file(self, sent):
        """Replace the file; the trim of the former one is not kept."""
        try:
            self.cleaned_data["new_file"] = self.take(sent)
        except ValidationError as refusal:
            return self.add_error("new_file", refusal)
        if not self.is_trimmed_anew:
            self.instance.trim = Trim()
        return self.measure((self.instance.width, self.instance.height))

    def _trim_anew(self):
        """Trim the same file anew: its public copies get new addresses."""
        if self.cannot_be_stored:
            return self.add_error("edges", _not_stored())
        try:
            with self.instance.file.open("rb") as original:
                size = renditions.size_of(original)
        except OSError:
            message = _("The original can’t be read just now, so nothing was changed. Tell an administrator.")
            return self.add_error("edges", ValidationError(message, code="not_read"))
        self.measure(size)
        if not self.errors:
            self.instance.key = uuid.uuid4().hex
        return None


def _not_stored():
    return ValidationError(
        _(
            "The server can't store pictures just now: its disk is full, or a folder can't be written. Nothing "
            "was changed. Tell an administrator, and choose the file once more when that is mended."
        ),
        code="not_stored",
    )


def _percent(fraction):
    """Return a fraction as people type it; None if nothing is cut off."""
    number = round(100 * fraction, 2)
    return (int(number) if number.is_integer() else number) or None


def _title(name):
    """Return a file's name as words."""
    words = " ".join(normalise(PurePath(name).stem).replace("_", " ").replace("-", " ").split())
    return words[:120].strip() or str(_("Picture"))
