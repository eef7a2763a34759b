"""Style sheets have the colours and families that pictures are drawn with."""

import re
from unittest import mock

from django.test import SimpleTestCase

from ground import colours
from newsroom import stylesheets

OURS = [*colours.USUAL.values(), *colours.DESK.values(), {"shade": colours.SHADE}]
BRAND = {colour for theme in OURS for colour in theme.values()} - {colours.WHITE, colours.BLACK}


class StylesheetsTests(SimpleTestCase):
    def test_blocks_are_as_they_are_written(self):
        for path, text in stylesheets.sheets().items():
            assert path.read_text(encoding="utf-8") == text, f"{path.name} differs: run manage.py write_colours"

    def test_another_colour_in_python_is_another_in_every_sheet(self):
        with mock.patch.dict(colours.LIGHT, accent="#0b5563"):
            sheets = stylesheets.sheets()
        assert {path.name for path, text in sheets.items() if "#0b5563;" in text} == {
            "site.css",
            "admin.css",
            "feed.css",
        }

    def test_no_sheet_has_a_colour_of_the_paper_outside_its_block(self):
        for path in stylesheets.CSS.glob("*.css"):
            before, _begin, rest = path.read_text(encoding="utf-8").partition(stylesheets.BEGIN)
            own = before + rest.partition(stylesheets.END)[2]
            assert BRAND.isdisjoint(re.findall(r"#[0-9a-f]{6}\b", own)), path.name
