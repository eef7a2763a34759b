"""The pictures of the editor's buttons as paths, cut from the font that comes with the editor (Apache License 2.0).

``python -m newsroom.tests.editor_icons`` writes static/js/editor-icon-paths.js anew: after a button with another
picture was made, and after the editor was updated.
"""

import json
import re
from pathlib import Path

import django_prose_editor
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

EDITOR = Path(django_prose_editor.__file__).parent / "static" / "django_prose_editor"
ROOT = Path(__file__).resolve().parents[2]
OURS = ROOT / "static" / "js"
PAGE = OURS / "editor-icon-paths.js"
NAMED = re.compile(
    r"""material\(["']([a-z_]+)|icon: "([a-z_]+)|\b(?:b|iconB)utton\("([a-z_]+)"""
    r"""|material-icons", textContent: "([a-z_]+)|class="material-icons"[^>]*>([a-z_]+)<"""
)
COMPUTED = {"title", "fullscreen", "fullscreen_exit", *(f"format_align_{way}" for way in "left right center".split())}
SIDE = 24  # of a picture


def names() -> set[str]:
    """The pictures that the editor and our parts of it name."""
    found = set(COMPUTED) | {"format_align_justify"}
    templates = (ROOT / "templates" / "admin").rglob("*.html")
    for file in [EDITOR / "editor.js", *OURS.glob("editor-*.js"), *templates]:
        for groups in NAMED.findall(file.read_text()):
            found.add(next(filter(None, groups)))
    return found


def drawn() -> str:
    """The script with the path of each."""
    font = TTFont(EDITOR / "material-icons.woff2")
    glyphs, by_word = font.getGlyphSet(), _ligatures(font)
    scale = SIDE / font["head"].unitsPerEm
    paths = {}
    for name in sorted(names()):
        pen = SVGPathPen(glyphs, ntos=lambda number: f"{number:.2f}".rstrip("0").rstrip("."))
        glyphs[by_word[name]].draw(TransformPen(pen, (scale, 0, 0, -scale, 0, SIDE)))
        paths[name] = pen.getCommands()
    lines = ",\n".join(f"  {name}: {json.dumps(path)}" for name, path in paths.items())
    return f"""// Made by newsroom/tests/editor_icons.py from Google's Material Icons (Apache License 2.0).
export const PATHS = {{
{lines},
}};
"""


def _ligatures(font: TTFont) -> dict[str, str]:
    """The glyph of each word that the font draws as a picture."""
    letters = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    found = {}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            table = getattr(table, "ExtSubTable", table)
            for first, ligatures in getattr(table, "ligatures", {}).items():
                for one in ligatures:
                    found["".join(letters[glyph] for glyph in [first, *one.Component])] = one.LigGlyph
    return found


if __name__ == "__main__":
    PAGE.write_text(drawn())
