"""The spelling of Latin and Cyrillic letters in a-z, as the languages that use them spell their own names.

A letter that no table lists is spelled after its Unicode name: “CYRILLIC SMALL LETTER KA WITH DESCENDER” is a ka, so a
k.
"""

import re
import unicodedata
from functools import lru_cache

# The paper's own languages and their neighbours.
RUSSIAN = "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya gh q ng o u u h a i h j i u"
TABLE = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюяғқңөұүһәіҳҷӣӯ", RUSSIAN.split(), strict=True))
TABLE |= {"ə": "a", "ı": "i", "ş": "sh", "ž": "zh", "ň": "ng", "ý": "y", "ç": "ch", "ğ": "gh", "ʻ": "", "ʼ": ""}
# Uzbek and Belarusian, Ukrainian, the South Slavs, Tatar and Bashkir, Chuvash, Mari, Komi, the Caucasus and the North.
CYRILLIC = """
    ў o  ѐ e  є ye  ї yi  ґ g  ѓ gj  ђ dj  ѕ dz  ј j  љ lj  њ nj  ћ c  ќ kj  ѝ i  џ dzh
    җ j  ҙ dh  ҫ th  ҡ q  ѳ f  ѵ i  ѣ ye  ѫ u  ѧ ya  ѩ ya  ѭ yu  ѯ ks  ѱ ps  ѡ o  ѥ ye  ѹ u  ꙋ u  ѻ o  ѽ o  ѿ ot  ҁ q
    ӂ j  ҽ ch  ҿ ch  ҵ ts  ҭ t  ӕ ae  ӝ j  ӟ dz  ӡ dz  ӹ y  ԝ w  ԛ q  ҩ w  ҕ gh  ҝ g  ҹ j  ҥ ng  ӈ ng  ӊ n  ӄ q  ҟ q
    ӏ _  ҍ _  ӛ a  ӓ a  ӧ o  ӫ o  ӱ u  ӳ u  ӷ gh  ӻ gh  ӽ kh  ӿ kh  ӌ ch  ӵ ch  ԏ dz  ԅ z  ԑ e
    ꙗ ya  ꙑ y  ꙃ dz  ꙅ dz  ꙇ i  ꙉ dj  ꙍ o  ꙏ _  ꙕ yu  ꙙ ya  ꙛ yu  ꙝ ya  ᲂ o  ᲆ _  ᲇ ye  ᲈ u
"""
LATIN = """
    ß ss  ẞ ss  æ ae  ǣ ae  ǽ ae  ø o  ǿ o  œ oe  đ dj  ð d  þ th  ł l  ħ h  ŋ ng  ŧ t  ĸ k  ſ s  ȷ j  ŉ n
    ƀ b  ɓ b  ƈ c  ɖ d  ɗ d  ǝ e  ɛ e  ƒ f  ɠ g  ɣ gh  ƣ gh  ƕ hv  ɩ i  ƙ k  ɲ ny  ɔ o  ɵ o  ȣ ou  ƥ p  ʀ r
    ʃ sh  ƭ t  ʈ t  ʋ v  ʊ u  ƴ y  ƶ z  ʒ zh  ǯ zh  ȝ gh  ƿ w  ƽ ts  ƅ q  ƨ s  ƃ b  ʌ v  ɯ u  ᴂ ae  ꜩ tz  ꝛ r  ꝏ oo
    ꜳ aa  ꜵ ao  ꜷ au  ꜹ av  ꜻ av  ꜽ ay  ꝡ vy  ꝥ th  ꝧ th  ꝩ v  ꝫ et  ꝭ is  ꝯ con  ꝸ um  ꭣ uo  ỻ ll  ꞌ q
"""
SILENT = "_"  # a letter without a sound; ALONE is written for it where a word has nothing else
ALONE = "j"
NAME = re.compile(
    r"(?:LATIN|CYRILLIC) (?:SMALL |LETTER |CAPITAL |EPIGRAPHIC |LIGATURE )+"
    r"(?:(?:REVERSED|TURNED|INVERTED|SIDEWAYS|DOTLESS|LONG|SHORT|SMALL|CAPITAL|CLOSED|OPEN|BARRED|BROAD|DOUBLE|"
    r"NARROW|TALL|ROUNDED|UNBLENDED|BLACKLETTER|INSULAR|STIRRUP|ROTUNDA|EGYPTOLOGICAL|IOTIFIED|BLENDED|NEUTRAL|"
    r"MIDDLE-WELSH|TOP|BOTTOM|HALF|SCRIPT|VOLAPUK|ANGLICANA|STRAIGHT|ALEUT|KHAKASSIAN|BASHKIR|KOMI|ABKHASIAN) )*"
    r"([A-Z]+)"
)
CALLED = {  # letters by their Unicode names, where the spelling is not the beginning of the name
    **{"ALPHA": "a", "BETA": "b", "GAMMA": "g", "DELTA": "d", "LAMBDA": "l", "IOTA": "i", "UPSILON": "u", "PHI": "ph"},
    **{"CHI": "kh", "OMEGA": "o", "ETH": "d", "ENG": "ng", "ESH": "sh", "EZH": "zh", "YOGH": "gh", "SCHWA": "a"},
    **{"HALF": "h", "GLOTTAL": "q", "PHARYNGEAL": "q", "WYNN": "w", "THORN": "th", "HENG": "h", "RAMS": "u"},
    **{"BE": "b", "VE": "v", "GHE": "g", "DE": "d", "IE": "e", "ZHE": "zh", "ZE": "z", "KA": "k", "EL": "l", "EM": "m"},
    **{"EN": "n", "PE": "p", "ER": "r", "ES": "s", "TE": "t", "EF": "f", "HA": "kh", "TSE": "ts", "CHE": "ch"},
    **{"SHA": "sh", "SHCHA": "shch", "YERU": "y", "YU": "yu", "YA": "ya", "YAT": "ye", "YUS": "u", "DZE": "dz"},
    **{"IO": "yo", "DJE": "dj", "DZHE": "dzh", "DZZHE": "dz", "DZZE": "dz", "DZWE": "dz", "ZHWE": "zh", "TWE": "t"},
    **{"TSWE": "ts", "TSSE": "ts", "TCHE": "ch", "LHA": "l", "RHA": "r", "WE": "w", "QA": "q", "SOFT": SILENT},
    **{"YERV": "y", "HARD": SILENT, "PALATALIZATION": SILENT, "YAE": "ya", "DCHE": "ch", "CCHE": "ch", "NJE": "nj"},
}
WORDS = re.compile(r"[^\W_]+")


def _pairs(table: str) -> dict[str, str]:
    words = table.split()
    return dict(zip(words[::2], words[1::2], strict=True))


TABLE |= _pairs(CYRILLIC) | _pairs(LATIN)


def spell(text: str) -> str:
    """Return ``text`` in small letters, with Latin and Cyrillic letters spelled in a-z and all else unchanged."""
    text = unicodedata.normalize("NFC", text.lower())
    return WORDS.sub(_word, text)


def _word(match: re.Match[str]) -> str:
    letters = [_letter(letter) for letter in match[0]]
    spelled = "".join(letters).replace(SILENT, "")
    return spelled or (ALONE if SILENT in letters else "")


@lru_cache(maxsize=2000)
def _letter(letter: str) -> str:
    if letter.isascii():
        return letter
    if letter in TABLE:
        return TABLE[letter]
    parts = unicodedata.normalize("NFKD", letter)
    base = "".join(TABLE.get(part, part) for part in parts if not unicodedata.combining(part))
    if base.replace(SILENT, "").isascii() and any(map(str.isalnum, base)):
        return base.lower()
    match = NAME.match(unicodedata.name(letter, ""))
    return letter if match is None else CALLED.get(match[1]) or (match[1] if len(match[1]) < 3 else match[1][0]).lower()
