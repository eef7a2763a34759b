"""Plain words of what WordPress stores as HTML: titles, names, excerpts."""

import re
from itertools import islice

from articles.body.markup import plain_text

LONGEST = 20_000  # signs of HTML; what is longer is no title, name, caption or excerpt
WITHIN_WORDS = re.compile(
    r"</?(?:a|abbr|b|big|cite|code|em|font|i|ins|kbd|mark|q|s|small|span|strike|strong|tt|u)(?:\s[^<>]{0,1000})?>", re.I
)
HIDING = re.compile(
    r"""style\s{0,9}=\s{0,9}["']?[^<>"']{0,300}?"""
    r"(?:display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden|font-size\s{0,9}:\s{0,9}0|opacity\s{0,9}:\s{0,9}0(?!\.)"
    r"|(?:left|top|text-indent)\s{0,9}:\s{0,9}-\d{3,6})",
    re.I,
)
LINK = re.compile(
    r"""<a\s[^<>]{0,600}?href\s{0,9}=\s{0,9}["']?(?:https?:)?//([^/"'\s<>?#]{1,200})([^<>]{0,800})>([^<]{0,200})""",
    re.I,
)
SPAM = re.compile(
    r"viagra|cialis|levitra|\bcasino|payday.?loan|\bporn|\bescort|replica.?watch|essay.?writing|betting|\bslots?\b"
    r"|виагр|сиалис|казино|порно|эскорт|вулкан.?(?:24|vegas|stars)|букмекер", re.I)  # fmt: skip
REACH = 2000  # signs within which a hidden part shows its links
MOST_SPAM, MOST_HIDDEN = 5, 200


def plain(html: str) -> str:
    """Return the words of ``html`` in lines, at most of its first 20,000 signs."""
    if "<" in html or "&" in html:
        return plain_text(WITHIN_WORDS.sub("", html[:LONGEST]))
    return html[:LONGEST].strip()


def plain_line(html: str) -> str:
    return " ".join(plain(html).split())


def spam_links(html: str, own_hosts: set[str]) -> list[tuple[str, str]]:
    """Return ("hidden link" or "spam words", host) for links that look as if somebody broke in, at most five."""
    if "<a" not in html and "<A" not in html:
        return []
    places = islice(HIDING.finditer(html), MOST_HIDDEN)
    hidden = [link for hiding in places for link in LINK.finditer(*_around(html, hiding.start()))]
    spam = [("hidden link", link) for link in hidden]
    spam += [("spam words", link) for link in LINK.finditer(html) if SPAM.search(link[0])]
    hosts = {(link[1].lower().removeprefix("www."), kind): None for kind, link in spam}
    return [(kind, host) for host, kind in hosts if host not in own_hosts][:MOST_SPAM]


def _around(html: str, at: int) -> tuple[str, int, int]:
    return html, max(html.rfind("<", 0, at), 0), at + REACH
