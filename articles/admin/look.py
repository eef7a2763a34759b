"""The admin of colours, fonts and nameplate: a save is live at once, if text stays readable."""

from django import forms
from django.contrib import admin
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.forms import Script
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from articles.admin import uploads
from articles.admin.site import OneRowAdmin
from articles.models import PaperLook
from articles.models.look import ColourField
from articles.pictures import nameplates
from ground import colours

THEMES = {"light": gettext_lazy("light"), "dark": gettext_lazy("dark")}
WORDS = {"ink": gettext_lazy("text"), "accent": gettext_lazy("links and labels")}
FONTS = ["headline_font", "text_font", "label_font"]
FILES = ["nameplate", "nameplate_dark"]
SAMPLE = "Aa Ğğ Ññ Жж Ққ Өө Үү 1234"


class ColourInput(forms.TextInput):
    """A colour as text, with the browser's own picker beside it where scripts run."""

    def __init__(self, usual):
        super().__init__(
            {"class": "colour", "placeholder": usual, "size": 9, "data-usual": usual, "spellcheck": "false"}
        )


class FontChoice(forms.RadioSelect):
    """Fonts, each with a sample."""

    def create_option(self, name, value, label, *args, **kwargs):
        sample = format_html('{} <span class="font-sample font-{}" aria-hidden="true">{}</span>', label, value, SAMPLE)
        return super().create_option(name, value, sample, *args, **kwargs)


class LookForm(forms.ModelForm):
    class Meta:
        widgets = {
            **{
                f"{theme}_{name}": ColourInput(usual[name])
                for theme, usual in colours.USUAL.items()
                for name in colours.CHOSEN
            },
            **dict.fromkeys(FONTS, FontChoice),
            **{name: forms.ClearableFileInput({"accept": "image/png,image/webp,image/jpeg"}) for name in FILES},
        }

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        for theme in THEMES:
            chosen = {name: ColourField.normal(cleaned.get(f"{theme}_{name}", "")) for name in colours.CHOSEN}
            for fault in colours.faults(theme, chosen):
                self._refuse(theme, fault)
        if cleaned.get("nameplate_dark") and not cleaned.get("nameplate"):
            self.add_error("nameplate_dark", _("Give the one for light ground as well: most readers see that."))
        return cleaned

    def _refuse(self, theme, fault):
        """Add the error to the changed one of two colours with too little contrast."""
        field = f"{theme}_{fault.name}"
        if field not in self.changed_data and f"{theme}_paper" in self.changed_data:
            field = f"{theme}_paper"
        text = _(
            "In the %(theme)s theme %(words)s %(colour)s on the background %(paper)s would have a contrast of "
            "%(contrast)s : 1, and WCAG 2.2 asks for 4.5 : 1. On that background %(nearest)s could be read."
        )
        if field in self.errors:
            return
        self.add_error(
            field,
            text
            % {
                "theme": THEMES[theme],
                "words": WORDS[fault.name],
                "colour": fault.colour,
                "paper": fault.paper,
                "contrast": f"{int(fault.contrast * 100) / 100:.2f}",  # cut off, so that less never shows as 4.50
                "nearest": fault.nearest,
            },
        )

    def clean_nameplate(self):
        return self._drawn("nameplate")

    def clean_nameplate_dark(self):
        return self._drawn("nameplate_dark")

    def _drawn(self, name):
        """Return an upload encoded anew; else the stored file, or nothing if it was removed."""
        sent = self.cleaned_data.get(name)
        return uploads.decoded(sent, nameplates.accept_nameplate) if isinstance(sent, UploadedFile) else sent


def _described(text):
    return {"description": text}


@admin.register(PaperLook)
class PaperLookAdmin(OneRowAdmin):
    form = LookForm
    readonly_fields = ["sample"]
    fieldsets = [
        (
            gettext_lazy("Colours on light ground"),
            _described(
                gettext_lazy(
                    "Write # and six digits, or choose. An empty field has the usual colour. Lines, tints and "
                    "quiet words follow from these."
                )
            )
            | {"fields": ["light_paper", "light_ink", "light_accent", "light_saffron"]},
        ),
        (
            gettext_lazy("Colours on dark ground"),
            _described(gettext_lazy("For readers whose device is dark, or who choose it."))
            | {"fields": ["dark_paper", "dark_ink", "dark_accent", "dark_saffron", "sample"]},
        ),
        (
            gettext_lazy("Fonts"),
            _described(
                gettext_lazy(
                    "The first two have all letters of the paper's languages and come from this server. A device's own "
                    "load at once, and look different on each."
                )
            )
            | {"fields": FONTS},
        ),
        (
            gettext_lazy("Nameplate"),
            _described(
                gettext_lazy(
                    "The paper's name as a drawing, in place of its letters at the top of each page and on the "
                    "pictures for social networks: a PNG or WebP with a clear background. Those who do not see it "
                    "hear the paper's name. Without one for dark ground, the other stands there as well: a dark "
                    "drawing could not be read."
                )
            )
            | {"fields": FILES},
        ),
    ]

    class Media:
        css = {"all": ["css/desk-look.css"]}
        js = [Script("js/desk-look.js", type="module")]

    @admin.display(description=gettext_lazy("sample"))
    def sample(self, paper):
        """Return both themes in the typed colours; the script draws them while somebody types."""
        return render_to_string("admin/articles/paperlook/_sample.html", {"paper": paper, "themes": colours.USUAL})

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method == "POST" and self.has_change_permission(request):
            for name in FILES:
                uploads.decode_upload(request.FILES.get(name), nameplates.accept_nameplate)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request, obj, form, change):
        former = self.model.objects.filter(pk=obj.pk).values(*FILES).first() or {}
        super().save_model(request, obj, form, change)
        used_files = {getattr(obj, name).name for name in FILES}
        for name in set(former.values()) - used_files - {""}:

            def delete_file(name: str = name) -> None:
                default_storage.delete(name)

            transaction.on_commit(delete_file, robust=True)
