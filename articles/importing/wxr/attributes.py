"""What else an export says of a story: meta keys, within bounds, and the remains of page builders."""

import re

from django.utils.translation import gettext as _

from articles.importing.wxr.dates import Tell
from articles.importing.wxr.entries import ExportEntry
from articles.importing.wxr.php_values import looks_serialized
from articles.importing.wxr.seo import DESCRIPTIONS, TITLES
from articles.importing.wxr.terms import as_text

MOST, LONGEST, LONGEST_KEY = 100, 20_000, 200
# Read elsewhere, or of the old site's machinery alone.
LEFT_OUT = re.compile(
    r"_edit_lock|_edit_last|_pingme|_encloseme|_oembed_.*|_thumbnail_id|_wp_old_slug|_wp_old_date|_wp_trash_.*"
    r"|_wp_desired_post_slug|_menu_item_.*|_yoast_wpseo_primary_category|rank_math_primary_category|_icl_lang_duplicate_of"
    r"|_newspack_byline_active|_publicize_.*|_wpas_.*|_elasticsearch_.*|"
    + "|".join(map(re.escape, (*TITLES, *DESCRIPTIONS)))
)
BUILDERS = {
    "_elementor_data": "Elementor",
    "_fl_builder_data": "Beaver Builder",
    "_et_pb_use_builder": "Divi",
    "_wpb_vc_js_status": "WPBakery",
    "panels_data": "SiteOrigin",
    "_bricks_page_content_2": "Bricks",
    "ct_builder_json": "Oxygen",
    "brizy_post_uid": "Brizy",
    "_themify_builder_settings_json": "Themify",
    "fusion_builder_status": "Avada",
}
OFF = {"", "off", "false", "0", "inactive"}


def attributes_of(entry: ExportEntry, tell: Tell) -> tuple[tuple[str, str], ...]:
    """Return the meta keys that nothing else reads, with their values; serialized ones as JSON, long ones cut."""
    rows: list[tuple[str, str]] = []
    long: list[str] = []
    for key, value in entry.metas:
        if key in BUILDERS and value not in OFF:
            tell(
                "page builder",
                BUILDERS[key],
                _("What it laid out may not stand in the text. Compare the story with its page."),
            )
        if not value or not key or LEFT_OUT.fullmatch(key[:LONGEST_KEY]):
            continue
        if len(rows) == MOST or len(value) > LONGEST or len(key) > LONGEST_KEY:
            long.append(key[:LONGEST_KEY])
        if len(rows) < MOST:
            rows += _attributes(key[:LONGEST_KEY], value)
    if long:
        tell(
            "attribute",
            ", ".join(long[:20])[:1000],
            _("An attribute was cut at 20,000 signs, or more than 100 were left out."),
        )
    return tuple(rows[: MOST + 1])


def _attributes(key: str, value: str) -> list[tuple[str, str]]:
    """Return a key with its value; of an enclosure the address, and what else is known of the file, by themselves."""
    if key == "enclosure":
        address, _line, details = value.partition("\n")
        rows = [
            (key, address.strip()),
            ("enclosure_details", "\n".join(_as_text(line) for line in details.split("\n"))),
        ]
        return [(name, text[:LONGEST]) for name, text in rows if text.strip()]
    return [(key, _as_text(value)[:LONGEST])]


def _as_text(value: str) -> str:
    return as_text(value) if looks_serialized(value) else value
