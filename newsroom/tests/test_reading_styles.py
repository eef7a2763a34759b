"""What the desk shows to be read has the rules of the readers' own sheet."""

from django.conf import settings
from django.test import SimpleTestCase

CSS = settings.BASE_DIR / "static" / "css"
OF_A_TEXT = (
    ".body",
    ".pull-quote",
    ".fact-box",
    ".table",
    ".footnote",
    ".dateline",
    ".embed",
    ".series",
    ".article h1",
)


def rules(sheet):
    """The lines of a sheet that are a rule by themselves, without what is before them."""
    return [line.strip() for line in (CSS / sheet).read_text().splitlines() if line.strip().endswith(("}", "*/"))]


class ReadingStylesTests(SimpleTestCase):
    def test_rules_of_the_desk_are_those_of_the_page(self):
        page = set(rules("site.css"))
        text = (CSS / "desk-reading.css").read_text()
        copied = text.partition("/* Of site.css */")[2].partition("/* End of site.css */")[0]
        lines = [line.strip() for line in copied.splitlines() if "{" in line and not line.strip().startswith("@media")]
        assert len(lines) > 100
        assert [line for line in lines if line not in page] == []

    def test_every_rule_of_a_text_is_at_the_desk_too(self):
        page = (CSS / "site.css").read_text().partition("/* An article */")[2].partition("@media")[0]
        desk = set(rules("desk-reading.css"))
        own = [line.strip() for line in page.splitlines() if line.startswith(OF_A_TEXT)]
        assert len(own) > 40
        assert [line for line in own if line not in desk and not line.startswith(".series-bar")] == []
