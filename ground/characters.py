"""The characters that stored text may have: composed (NFC), no control characters, none that are invisible.

An invisible character stays where it joins visible ones: in an emoji of several, in Persian and Indic words, at the end
of a line written from right to left, and in running text where a word may be broken.
"""

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache

# Half surrogates can't be encoded; the last two code points of each plane and 32 of the first are no characters.
NONE = "\ud800-\udfff\ufdd0-\ufdef" + "".join(
    f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17)
)
# C0 and C1 controls except tab and line breaks; bidirectional overrides can make text read as something else.
CONTROLS = f"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff{NONE}"
# What Unicode allows to be left undrawn: fillers of Hangul and Khmer, anchors of notes and of objects.
FILLERS = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u206f\u3164\uffa0\ufff0-\ufffc"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e001f\U000e0080-\U000e00ff\U000e01f0-\U000e0fff"
)
CHOOSERS = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"  # choose another form of the character before
FLAG_LETTERS = "\U000e0020-\U000e007f"  # after a black flag they name its country or region
JOINERS = f"\u061c\u200c-\u200f{CHOOSERS}"
CONTROL = re.compile(f"[{CONTROLS}]")
UNSEEN = re.compile(f"[{FILLERS}]")
HIDDEN = re.compile(f"[{CONTROLS}{FILLERS}{JOINERS}{FLAG_LETTERS}\xad]")
JOINING = re.compile(
    r"(?<![^\W\d_])\xad|\xad(?![^\W\d_])|"  # a soft hyphen between two letters marks where a word may be broken
    f"[{JOINERS}]|"
    f"(?P<flag>(?<=\U0001f3f4)[\U000e0020-\U000e007e]{{1,8}}\U000e007f)|[{FLAG_LETTERS}]"
)
SELECTORS = re.compile(f"[{CHOOSERS}]")
FROM_RIGHT = re.compile(
    "[\u05d0-\u061b\u061d-\u08ff\ufb1d-\ufdfb\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
MARKS_OF_DIRECTION = "\u200e\u200f\u061c"
SCRIPTS = [  # scripts whose joined letters change form: starts of ranges and the first character after each
    *(0x0600, 0x0E00, 0x1000, 0x10A0, 0x1780, 0x18B0, 0x1A20, 0x1AB0, 0x1B00, 0x1C50),
    *(0xA800, 0xAB00, 0xABC0, 0xAC00, 0xFB50, 0xFE00, 0xFE70, 0xFEFD, 0x10A00, 0x12000, 0x1E800, 0x1F000),
]
PIECES = re.compile(r"([<>])")
BREAKS = re.compile("\r\n?|[\u2028\u2029]")
DOTLESS = "\u2800"  # a cell of Braille without dots, which is a space
ROUNDS = 4
MOST_TAGS, FAR = 4, 400  # how many tags, of how many characters, may stand between a joiner and the letter it joins


def strip_control(value: str) -> str:
    """Return ``value`` without control characters and with plain line breaks."""
    return CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))


def normalise(text: str) -> str:
    """Return plain text in the one form in which it is stored; a second call changes nothing."""
    return _normal(text, is_html=False)


def normalise_html(html: str) -> str:
    """Return HTML in the form in which it is stored; no sign after a tag becomes part of it, and soft hyphens stay."""
    return _normal(html, is_html=True)


def one_line(text: str) -> str:
    """Return plain text on one line, without space at its ends."""
    return re.sub(r"[\t\n]+", " ", normalise(text)).strip()


def visible(text: str) -> str:
    """Return ``text`` without any invisible character, even those that join visible ones; use it for comparing."""
    return HIDDEN.sub("", BREAKS.sub("\n", text).replace(DOTLESS, " "))


def _normal(text: str, *, is_html: bool) -> str:
    if text.isascii():
        return strip_control(text)
    text = UNSEEN.sub("", strip_control(BREAKS.sub("\n", text))).replace(DOTLESS, " ")
    text = text if is_html else text.replace("\xad", "")
    text = _composed(text, is_html)
    if not JOINING.search(text):
        return text
    for _round in range(ROUNDS):
        joined = _composed(_without_idle_joiners(text, is_html), is_html)
        if joined == text:
            return text
        text = joined  # marks that came together were put in order
    return _composed(JOINING.sub("", text), is_html)


def _composed(text: str, is_html: bool) -> str:
    """Return ``text`` in NFC; in HTML a “>” that ends a tag is not composed with a stroke after it."""
    if unicodedata.is_normalized("NFC", text):
        return text
    parts = PIECES.split(text) if is_html else [text]
    return "".join(unicodedata.normalize("NFC", part) for part in parts)


def _without_idle_joiners(text: str, is_html: bool) -> str:
    """Remove joiners that join nothing, judged by the character kept before each and the one behind it in ``text``."""
    out: list[str] = []
    end, tail, has_right = 0, "", bool(FROM_RIGHT.search(text))
    for match in JOINING.finditer(text):
        out.append(text[end : match.start()])
        tail += out[-1][-FAR:]
        if len(tail) > 4 * FAR:
            tail = tail[-FAR:]
        end, sign = match.end(), match[0]
        before, after = _before(tail, is_html), _after(text, end, is_html)
        if match["flag"] or (has_right and sign in MARKS_OF_DIRECTION) or _joins(sign, before, after):
            out.append(sign)
            tail += sign
    return "".join([*out, text[end:]])


def _before(text: str, is_html: bool) -> str:
    """Return the last character of ``text``; of HTML, the last outside a tag."""
    if not (is_html and text.endswith(">")):
        return text[-1:]
    text = text[-FAR:]
    for _tag in range(MOST_TAGS):
        if not text.endswith(">"):
            break
        text = text[: max(text.rfind("<"), 0)]
    return text[-1:]


def _after(text: str, at: int, is_html: bool) -> str:
    for _tag in range(MOST_TAGS):
        if not (is_html and text[at : at + 1] == "<"):
            break
        at = text.find(">", at, at + FAR) + 1 or len(text)
    return text[at : at + 1]


@lru_cache(maxsize=4096)  # a text has few kinds of neighbours, and may have one of them 100,000 times
def _joins(sign: str, before: str, after: str) -> bool:
    if not before:
        return False
    if sign == "\xad":
        return before.isalpha() and after.isalpha()
    if sign == "\u200d":
        return _is_joining(before) or (_is_picture(before) and _is_picture(after) and after != "\ufe0f")
    if sign == "\u200c":
        return _is_joining(before) and bool(after) and _is_joining(after)
    return bool(SELECTORS.match(sign)) and _varies(before, after)


def _is_joining(character: str) -> bool:
    return bisect_right(SCRIPTS, ord(character)) % 2 == 1 and unicodedata.category(character)[0] in "LM"


def _is_picture(character: str) -> bool:
    """Return whether ``character`` can be a part of an emoji."""
    if not character:
        return False
    code = ord(character)
    return 0x1F000 <= code < 0x1FB00 or 0x2190 <= code < 0x2C00 or code in {0xFE0F, 0x3030, 0x303D, 0x3297, 0x3299}


def _varies(before: str, after: str) -> bool:
    """Return whether ``before`` is a character that a variation selector can change."""
    if before in "0123456789#*":
        return after == "\u20e3"  # a key
    code = ord(before)
    is_ideograph = 0x3400 <= code < 0xA000 or 0xF900 <= code < 0xFB00 or 0x20000 <= code < 0x40000
    is_other = 0x1000 <= code < 0x10A0 or 0x1800 <= code < 0x18B0 or 0xA840 <= code < 0xA880
    picture = (_is_picture(before) or before in "©®‼⁉™ℹ") and not SELECTORS.match(before)
    return (is_ideograph or is_other or picture) and unicodedata.category(before)[0] in "LSPN"
