"""What the desk shows to be read has the rules of the readers' own sheet."""

import re

from django.conf import settings
from django.test import SimpleTestCase

CSS = settings.BASE_DIR / "static" / "css"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
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


def rules(text):
    """Each rule of a sheet on a line of its own, without what surrounds it."""
    found = RULE.findall(COMMENT.sub("", text))
    return [" ".join(f"{selector} {{ {declarations} }}".split()) for selector, declarations in found]


class ReadingStylesTests(SimpleTestCase):
    def setUp(self):
        self.page = (CSS / "site.css").read_text()
        self.desk = (CSS / "desk-reading.css").read_text()

    def test_rules_of_the_desk_are_those_of_the_page(self):
        page = set(rules(self.page))
        copied = rules(self.desk.partition("/* Of site.css */")[2].partition("/* End of site.css */")[0])
        assert len(copied) > 100
        assert [rule for rule in copied if rule not in page] == []

    def test_every_rule_of_a_text_is_at_the_desk_too(self):
        desk = set(rules(self.desk))
        of_an_article = rules(self.page.partition("/* An article */")[2].partition("@media")[0])
        own = [rule for rule in of_an_article if rule.startswith(OF_A_TEXT)]
        assert len(own) > 40
        assert [rule for rule in own if rule not in desk and not rule.startswith(".series-bar")] == []
