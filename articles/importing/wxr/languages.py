"""Languages of a WordPress site: its locales as BCP 47, and texts that hold several languages at once."""

import re

from django.conf.locale import LANG_INFO

# Locales whose language has another code in BCP 47, or whose region is where the language is at home.
LOCALES = {
    "kir": "ky", "ky_ky": "ky", "kg": "ky", "kz": "kk", "tj": "tg", "tuk": "tk", "ua": "uk", "cn": "zh-CN", "jp": "ja",
    "cz": "cs", "gr": "el", "dk": "da", "prs": "fa-AF", "pus": "ps", "uzb": "uz", "kaz": "kk", "tgk": "tg", "bel": "be",
    "mon": "mn", "rus": "ru", "eng": "en",
}  # fmt: skip
AT_HOME = set("en_us kk_kz ky_kg tg_tj fa_ir ps_af uk_ua sv_se da_dk cs_cz el_gr ja_jp ko_kr he_il vi_vn zh_zh mn_mn "
    "tk_tm az_az uz_uz ka_ge hy_am be_by et_ee sl_si sr_rs sq_al nb_no nn_no ca_es eu_es gl_es cy_gb ga_ie hi_in bn_bd "
    "ur_pk ms_my tt_ru bs_ba".split())  # fmt: skip
CODE = re.compile(r"([a-z]{2,3})(?:[_-](latn|cyrl|arab|hans|hant))?(?:[_-]([a-z]{2}))?(?:[_-].*)?")
SCRIPTS = {"latin": "Latn", "cyrillic": "Cyrl", "arabic": "Arab"}
LANGUAGES = {code for code in LANG_INFO if len(code) == 2} | {code for code in LOCALES if len(code) == 2} | {"ps", "zh"}
MARK = re.compile(r"\[:([a-z]{2})?\]|<!--:([a-z]{2})?-->|\{:([a-z]{2})?\}")
SIGNS = ("[:", "<!--:", "{:")


def language_of_locale(locale: str) -> str:
    """Return the BCP 47 code of a locale like "ru_RU", "fa_AF", "kir" or "uz_UZ@cyrillic"; "" if it is none."""
    plain, _at, script = locale.strip().lower().partition("@")
    plain = plain.partition(".")[0].replace("-", "_")
    if plain in LOCALES:
        return LOCALES[plain]
    match = CODE.fullmatch(plain)
    if match is None:
        return ""
    language = LOCALES.get(match[1], match[1])
    written = (match[2] or "").capitalize() or SCRIPTS.get(script, "")
    region = "" if match[3] in (None, language) or f"{language}_{match[3]}" in AT_HOME else match[3].upper()
    return "-".join(part for part in (language, written, region) if part)


def split_languages(text: str) -> dict[str, str]:
    """Return the texts by the two letters of their languages, in order; {} if ``text`` holds no such marks.

    What stands outside the marks belongs to every language.
    """
    if not any(sign in text for sign in SIGNS):
        return {}
    parts: list[tuple[str, str]] = []
    language, end = "", 0
    for mark in MARK.finditer(text):
        code = mark[1] or mark[2] or mark[3] or ""
        if code and code not in LANGUAGES:
            continue
        parts.append((language, text[end : mark.start()]))
        language, end = code, mark.end()
    parts.append((language, text[end:]))
    languages = dict.fromkeys(language for language, _words in parts if language)
    return {code: "".join(words for language, words in parts if language in ("", code)).strip() for code in languages}


def in_language(text: str, language: str, main: str) -> str:
    """Return what ``text`` says in ``language``, else in the site's ``main`` one, else in the first it has."""
    texts = split_languages(text)
    if not texts:
        return text
    return texts.get(language) or texts.get(main) or next((words for words in texts.values() if words), "")
