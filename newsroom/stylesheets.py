"""The paper's colours and fonts in its style sheets: blocks between two marks, generated from ``ground``."""

from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from ground import colours, fonts

BEGIN = "/* Colours and families: written by manage.py write_colours */\n"
END = "/* End of colours and families */"
CSS = Path(settings.BASE_DIR) / "static" / "css"
FAMILIES = {"serif": fonts.FAMILIES[fonts.LITERATA], "sans": fonts.FAMILIES[fonts.GOLOS]}
DARK_SYSTEM = "(prefers-color-scheme: dark)"


def sheets() -> dict[Path, str]:
    """Return the style sheets with a block, each as it should be."""
    blocks = {"site.css": _site(), "admin.css": _desk(), "feed.css": _rule(":root", _custom_properties(colours.LIGHT))}
    return {CSS / name: _with(block, (CSS / name).read_text(encoding="utf-8")) for name, block in blocks.items()}


def _with(block: str, sheet: str) -> str:
    before, begin, after_begin = sheet.partition(BEGIN)
    _former, end, after = after_begin.partition(END)
    if not end:
        raise ValueError(f"A style sheet lacks the two lines “{BEGIN.strip()}” and “{END}”.")
    return before + begin + block + end + after


def _site() -> str:
    light = _custom_properties(colours.LIGHT | {"shade": colours.SHADE} | FAMILIES)
    dark = _custom_properties(_differing(colours.DARK, colours.LIGHT))
    by_system = _rule(':root:not([data-theme="light"])', {"color-scheme": "dark"} | dark, inset="  ")
    by_choice = _rule(':root[data-theme="dark"]', {"color-scheme": "dark"} | dark)
    return _rule(":root", {"color-scheme": "light"} | light) + f"@media {DARK_SYSTEM} {{\n{by_system}}}\n" + by_choice


def _desk() -> str:
    light, dark = _of_desk("light"), _of_desk("dark")
    declared = {"color-scheme": "light"} | _custom_properties(light | FAMILIES)
    differing = {"color-scheme": "dark"} | _custom_properties(_differing(dark, light))
    by_system = _rule(":root", differing, inset="  ")
    return (
        _rule('html[data-theme="light"],\n:root', declared)
        + f"@media {DARK_SYSTEM} {{\n{by_system}}}\n"
        + _rule('html[data-theme="dark"]', differing)
    )


def _of_desk(theme: str) -> dict[str, str]:
    """Return the desk's colours; those that the dark theme does not set stay as in the light one."""
    usual = {"clay" if name == "accent" else name: colour for name, colour in colours.USUAL[theme].items()}
    return usual | colours.DESK[theme]


def _differing(these: Mapping[str, str], reference: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in these.items() if value != reference[name]}


def _custom_properties(values: Mapping[str, str]) -> dict[str, str]:
    return {f"--{name}": value for name, value in values.items()}


def _rule(selector: str, declared: Mapping[str, str], inset: str = "") -> str:
    lines = "".join(f"{inset}  {name}: {value};\n" for name, value in declared.items())
    return f"{inset}{selector} {{\n{lines}{inset}}}\n"
