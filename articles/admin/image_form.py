"""The forms of a picture: one that takes a file, one that changes what is said of it."""

import uuid
from pathlib import PurePath

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from articles import renditions
from articles.models import Image
from articles.text import strip_control

ACCEPTED = ".jpg,.jpeg,.png,.webp,.avif,.gif"


class ImageForm(forms.ModelForm):
    """What is said of a picture."""

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("alt") and not cleaned.get("decorative") and "alt" not in self.errors:
            message = _("Say what the picture shows, or tick “decorative” if it tells nothing.")
            self.add_error("alt", ValidationError(message, code="required"))
        return cleaned


class UploadForm(ImageForm):
    """A new picture: the file is decoded and encoded anew before anything else sees it."""

    file = forms.FileField(
        label=_("File"),
        max_length=None,
        widget=forms.FileInput(attrs={"accept": ACCEPTED, "data-upload": ""}),
        help_text=_("JPEG, PNG, WebP, AVIF or GIF, up to %(mb)d MB. What the file says of place and camera is dropped.")
        % {"mb": renditions.MAX_BYTES >> 20},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["title"].required = False
        self.fields["title"].help_text = _("The desk finds the picture by it. Empty: the file’s name is taken.")

    def clean_file(self):
        """The picture's new encoding under a random name; its measures go to the row."""
        sent = self.cleaned_data["file"]
        upload = renditions.accept(sent)
        self._refuse_duplicate(upload.sha256)
        row = self.instance
        row.key, row.sha256, row.colour = uuid.uuid4().hex, upload.sha256, upload.colour
        row.width, row.height = upload.width, upload.height
        self.name_sent = sent.name
        return ContentFile(upload.content, name=f"{row.key}.jpg")

    def _refuse_duplicate(self, sha256):
        known = Image.objects.filter(sha256=sha256).first()
        if known:
            message = _("This picture is in the library already: {}.")
            address = reverse("admin:articles_image_change", args=[known.pk])
            link = format_html('<a href="{}">{}</a>', address, known.title)
            raise ValidationError(format_html(message, link), code="duplicate")

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("title") and "title" not in self.errors:
            cleaned["title"] = _title(getattr(self, "name_sent", ""))
        if self.errors and cleaned.get("file"):
            self.add_error("file", _("The file itself is fine, but a browser does not keep it: choose it once more."))
        return cleaned


def _title(name):
    """A file's name as words."""
    words = " ".join(strip_control(PurePath(name).stem).replace("_", " ").replace("-", " ").split())
    return words[:120].strip() or str(_("Picture"))
