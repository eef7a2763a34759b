"""The address offered while a name is typed is the one that the server would make of it."""

import unicodedata

import pytest
from django.conf import settings
from django.test import SimpleTestCase

from articles.text import make_slug

SCRIPT = settings.BASE_DIR / "static/js/desk-slugs.js"
NAMES = [
    *("Ўзбекистон", "Җалал-Абад", "Łódź", "Đoković", "Straße & Æther", "Ысык-Көлдүн жээгинде", "Oʻzbekiston", "ь Ъ ь"),
    *(
        "  --Two  words_",
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen",
        "№ 5",
    ),
]


@pytest.mark.browser
@pytest.mark.usefixtures("page")
class OfferedSlugTests(SimpleTestCase):
    def test_it_is_the_servers(self):
        self.page.evaluate("window.URLify = () => ''")
        self.page.add_script_tag(content=SCRIPT.read_text())
        letters = (chr(code) for code in range(0x11000) if unicodedata.category(chr(code)) in {"Ll", "Lu"})
        letters = [one for one in letters if unicodedata.name(one, "").startswith(("LATIN", "CYRILLIC"))]
        texts = NAMES + letters
        offered = self.page.evaluate("(texts) => texts.map((text) => URLify(text, 80, false))", texts)
        assert {text: slug for text, slug in zip(texts, offered, strict=True) if slug != make_slug(text)} == {}
