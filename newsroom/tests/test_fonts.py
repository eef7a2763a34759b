"""Every letter of the paper's languages is in the fonts it ships, with an outline and a width, in each weight."""

import unicodedata

from django.conf import settings
from django.test import SimpleTestCase
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
ALPHABETS = {
    "en": "abcdefghijklmnopqrstuvwxyz",
    "ru": CYRILLIC,
    "kk": CYRILLIC + "әғқңөұүһі",
    "ky": CYRILLIC + "ңөү",
    "uz": "abdefghijklmnopqrstuvxyzʻʼ",
    "uz-Cyrl": CYRILLIC + "ўқғҳ",
    "tg": CYRILLIC + "ғӣқӯҳҷ",
    "tk": "abçdeäfghijžklmnňoöprsştuüwyý",
    "az": "abcçdeəfgğhxıijkqlmnoöprsştuüvyz",
    "mn": CYRILLIC + "өү",
}
UPPER = {"i": "Iİ", "ı": "I"}  # Azerbaijani has both
MARKS = "ʻʼ‘’“”«»–—…№₸"
FAMILIES = {
    "golos": ["golos-latin", "golos-cyrillic"],
    "literata": ["literata-latin", "literata-cyrillic"],
    "literata-italic": ["literata-italic-latin", "literata-italic-cyrillic"],
}


def letters() -> dict[str, set[str]]:
    """What each language writes, in both cases, with the marks that stand around it."""
    found = {}
    for language, alphabet in ALPHABETS.items():
        capitals = "".join(UPPER.get(letter, letter.upper()) for letter in alphabet)
        found[language] = set(alphabet + capitals + MARKS)
    return found


def is_marked(letter: str) -> bool:
    """Whether a letter is written as another with a mark."""
    return len(unicodedata.normalize("NFD", letter)) > 1


class FontTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = settings.BASE_DIR / "static/fonts"
        cls.fonts = {name: TTFont(folder / f"{name}.woff2") for names in FAMILIES.values() for name in names}

    def test_every_letter_has_an_outline_and_a_width_in_each_weight(self):
        for family, names in FAMILIES.items():
            for language, wanted in letters().items():
                for weight in (400, 700):
                    with self.subTest(family, language=language, weight=weight):
                        assert self.faulty(names, wanted, weight) == []

    def faulty(self, names, wanted, weight):
        """The letters that no font of a family has, or that show nothing or lie on their neighbour."""
        sets = [(self.fonts[name].getBestCmap(), self.fonts[name].getGlyphSet({"wght": weight})) for name in names]
        found = []
        for letter in sorted(wanted):
            glyphs = next(((glyphs, cmap[ord(letter)]) for cmap, glyphs in sets if ord(letter) in cmap), None)
            if glyphs is None:
                found.append(letter)
                continue
            pen = BoundsPen(glyphs[0])
            glyphs[0][glyphs[1]].draw(pen)
            if pen.bounds is None or glyphs[0][glyphs[1]].width <= 0:
                found.append(letter)
        return found

    def test_letter_with_a_mark_is_not_its_letter_without_it(self):
        marked = {letter for wanted in letters().values() for letter in wanted if is_marked(letter)}
        for family, names in FAMILIES.items():
            for weight in (400, 700):
                for letter in sorted(marked):
                    with self.subTest(family, letter=letter, weight=weight):
                        base = unicodedata.normalize("NFD", letter)[0]
                        assert self.outline(names, letter, weight) != self.outline(names, base, weight)

    def outline(self, names, letter, weight):
        """What is drawn for a letter, wherever it stands."""
        font = next(self.fonts[name] for name in names if ord(letter) in self.fonts[name].getBestCmap())
        glyphs = font.getGlyphSet({"wght": weight})
        pen = DecomposingRecordingPen(glyphs)
        glyphs[font.getBestCmap()[ord(letter)]].draw(pen)
        return pen.value

    def test_the_files_are_those_that_the_script_makes_of_the_turned_comma(self):
        for name in ("literata-latin", "literata-italic-latin"):
            cmap = self.fonts[name].getBestCmap()
            assert cmap[ord("ʻ")] == cmap[ord("‘")]
