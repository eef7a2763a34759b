"""Languages of stories by their BCP 47 codes, and what a code says: its script, direction, name and relatives.

A code here is a language, perhaps with a script, a region and variants: ``kk``, ``uz-Cyrl``, ``fa-AF``, ``de-1996``.
"""

import re

from django.conf.locale import LANG_INFO
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import check_for_language
from django.utils.translation import gettext_lazy as _

LONGEST_CODE = 35  # RFC 5646, 4.4.1
CODE = re.compile(
    r"(?P<language>[a-z]{2,3})(?:-(?P<script>[a-z]{4}))?(?:-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)"
)
UNKNOWN = "und"  # BCP 47's own code for it: Django has neither words nor forms of numbers for that
SUCCESSORS = {"iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro", "prs": "fa-AF"}  # as CLDR replaces them

NAMES = {  # in the language itself
    "en": "English",
    "ru": "Русский",
    "ky": "Кыргызча",
    "kk": "Қазақша",
    "uz": "Oʻzbekcha",
    "tg": "Тоҷикӣ",
    "tk": "Türkmençe",
    "uz-Latn": "Oʻzbekcha",
    "uz-Cyrl": "Ўзбекча",
    "kk-Latn": "Qazaqşa",
    "kk-Arab": "قازاقشا",
    "ky-Arab": "قىرعىزچا",
    "kaa": "Qaraqalpaqsha",
    "kaa-Cyrl": "Қарақалпақша",
    "az": "Azərbaycanca",
    "az-Arab": "تۆرکجه",
    "mn": "Монгол",
    "mn-Mong": "ᠮᠣᠩᠭᠣᠯ",
    "fa": "فارسی",
    "fa-AF": "دری",
    "ps": "پښتو",
    "ug": "ئۇيغۇرچە",
    "tt": "Татарча",
    "ba": "Башҡортса",
    "hy": "Հայերեն",
    "ka": "ქართული",
    "tr": "Türkçe",
    "ku": "Kurdî",
    "ckb": "کوردیی ناوەندی",
    "zh-Hans": "简体中文",
    "zh-Hant": "繁體中文",
    "ur": "اردو",
    "hi": "हिन्दी",
    "ar": "العربية",
    "he": "עברית",
    "uk": "Українська",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
}
FIRST_LANGUAGES = ["en", "ru", "ky", "kk", "uz", "tg", "tk"]  # of a new paper

# Which script a code without one means, by CLDR's likely subtags; Latin where nothing is said.
USUAL_SCRIPTS = {
    "Arab": "ar azb bal bgn bqi ckb fa glk ha-SD haz khw kk-AF kk-CN kk-IR kk-MN ks ku-IQ ku-LB ky-CN "
    "lki lrc luz ms-CC mzn pa-PK pnb ps sd sdh skr swb tg-PK tk-AF tk-IR tt-CN ug ur uz-AF az-IQ az-IR",
    "Armn": "hy hyw",
    "Beng": "as bn",
    "Cyrl": "ab alt av az-RU ba be bg bua ce cv kbd kjh kk koi krc kum kv ky lbe lez mhr mk mn myv nog os ru "
    "rue sah sr tab tg tt tyv udm ug-KZ ug-MN uk uz-CN xal",
    "Deva": "hi mai mr ne sa",
    "Ethi": "am ti",
    "Geor": "ka xmf",
    "Grek": "el",
    "Hans": "zh",
    "Hant": "zh-HK zh-MO zh-TW",
    "Hebr": "he lad yi",
    "Jpan": "ja",
    "Kore": "ko",
    "Mong": "mn-CN",
    "Nkoo": "nqo",
    "Rohg": "rhg",
    "Syrc": "arc syc syr aii",
    "Thaa": "dv",
    "Tibt": "bo dz",
}
SCRIPTS = {code: script for script, codes in USUAL_SCRIPTS.items() for code in codes.split()}
WRITTEN_TO_THE_LEFT = {  # the scripts of Unicode whose letters run from right to left
    *("Adlm", "Arab", "Aran", "Hebr", "Mand", "Mend", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa", "Yezi"),
}
HOMES = {  # the region by which OpenGraph names a language that doesn't say one
    **{"en": "GB", "ru": "RU", "ky": "KG", "kk": "KZ", "uz": "UZ", "tg": "TJ", "tk": "TM", "az": "AZ", "mn": "MN"},
    **{"fa": "IR", "ps": "AF", "hy": "AM", "ka": "GE", "tr": "TR", "uk": "UA", "he": "IL", "ar": "AR", "ur": "PK"},
    **{"hi": "IN", "de": "DE", "fr": "FR", "es": "ES", "it": "IT", "pl": "PL", "pt": "PT", "ja": "JP", "ko": "KR"},
}


def canonical_code(typed: str) -> str:
    """Return a typed code as BCP 47 writes it: ``UZ_cyrl`` is uz-Cyrl; an empty text if it can't be one."""
    match = CODE.fullmatch(typed.strip().replace("_", "-").lower()) if len(typed) <= 2 * LONGEST_CODE else None
    if match is None or len(match[0]) > LONGEST_CODE:
        return ""
    language, *more = SUCCESSORS.get(match["language"], match["language"]).split("-")
    script, region = (match["script"] or "").capitalize(), (match["region"] or "".join(more)).upper()
    return "-".join(filter(None, [language, script, region])) + match["variants"]


def validate_code(code: str) -> None:
    """Refuse a code that isn't written as BCP 47 does."""
    if not code or canonical_code(code) != code:
        message = _("“%(code)s” is not the code of a language, like kk, uz-Cyrl or fa-AF.")
        raise ValidationError(message, params={"code": code})


def primary(code: str) -> str:
    """Return the language of a code without script and region: uz for uz-Cyrl."""
    return code.partition("-")[0].lower()


def script_of(code: str) -> str:
    """Return the script of a code, which it says or which its language is usually written in there."""
    match = CODE.fullmatch(code.lower())
    if match and match["script"]:
        return match["script"].capitalize()
    with_region = f"{match['language']}-{(match['region'] or '').upper()}" if match else ""
    return SCRIPTS.get(with_region) or SCRIPTS.get(primary(code), "Latn")


def direction(code: str) -> str:
    """Return the direction of texts in a language, as HTML says it."""
    return "rtl" if script_of(code) in WRITTEN_TO_THE_LEFT else "ltr"


def language_attributes(code: str) -> SafeString:
    """Return the attributes of an element whose text is in a language, with a space before them."""
    return format_html(' lang="{}" dir="{}"', code, direction(code))


def name_of_language(code: str) -> str:
    """Return the usual name of a language in itself; the code if there is none here."""
    return NAMES.get(code) or LANG_INFO.get(code.lower(), {}).get("name_local") or code


def django_language(code: str) -> str:
    """Return the language by which Django writes numbers and days in texts of ``code``; UNKNOWN if it has none.

    That may be another script's, so ``has_django_words()`` says whether its words fit, too.
    """
    script = script_of(code)
    names = [primary(code), f"{primary(code)}-{script}".lower(), code.lower()]
    names = sorted(filter(_is_of_django, names), key=lambda name: script_of(name) != script)
    return names[0] if names else UNKNOWN


def has_django_words(code: str) -> bool:
    """Return whether Django has words, like names of months, in the language and script of ``code``."""
    name = django_language(code)
    return _is_of_django(name) and script_of(name) == script_of(code)


def og_locale(code: str) -> str:
    """Return a language as OpenGraph names it, ky_KG; an empty text where no region is said or usual."""
    match = CODE.fullmatch(code.lower())
    region = match["region"] if match else None
    home = region.upper() if region and region.isalpha() else HOMES.get(primary(code), "")
    usual = "" if region else {"Hans": "CN", "Hant": "TW"}.get(script_of(code), "")
    return f"{primary(code)}_{home or usual}" if home or usual else ""


def news_language(code: str) -> str:
    """Return a language as Google's news sitemaps want it: ISO 639, but Chinese by its script."""
    if primary(code) == "zh":
        return "zh-tw" if script_of(code) == "Hant" else "zh-cn"
    return primary(code)


def _is_of_django(name: str) -> bool:
    return name in LANG_INFO and check_for_language(name)
