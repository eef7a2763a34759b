"""What the desk shows to be read has the rules of the readers' own sheet."""

import re

from django.conf import settings
from django.test import SimpleTestCase

CSS = settings.BASE_DIR / "static" / "css"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
ON_THE_PAGE_ALONE = (  # beginnings of what the desk does not show; the rest of an article it does
    *(".preview", ".crumbs", ".zone[", ".to-correction", ".contents", ".read-also", ".flat"),
    *(".share", "html:not(.js) .only-script", ".text-size", "[data-text=", ".place", ":hover > .place"),
    *(".zoomed", ".series-bar", ".topics {", ".author-box", ".face", ".following", ".related"),
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

    def test_every_rule_of_an_article_is_at_the_desk_too(self):
        desk = set(rules(self.desk))
        of_an_article = rules(self.page.partition("/* An article */")[2].partition("/* What a search found */")[0])
        missing = [rule for rule in of_an_article if rule not in desk]
        assert len(of_an_article) > len(missing) + 80
        unknown = [rule for rule in missing if not rule.startswith(ON_THE_PAGE_ALONE)]
        assert unknown == [], (
            "copy it between the marks of static/css/desk-reading.css, or name it in ON_THE_PAGE_ALONE"
        )
        needless = [name for name in ON_THE_PAGE_ALONE if not any(rule.startswith(name) for rule in missing)]
        assert needless == [], "the desk has all of it: take it out of ON_THE_PAGE_ALONE"
