"""The bodies of our own export, in which pictures and stories have the numbers of the paper that they come from."""

import re

from articles.exporting.own import shape
from articles.importing.items import ConvertedText, SourceFinding, Surroundings

PICTURE = re.compile(r'(<figure [^<>]{0,4000}?)data-image="(\d{1,11})"')
POSTER = re.compile(r' data-poster="\d{1,11}"')
READ_ALSO = re.compile(r'<figure data-read-also="[0-9 ]{1,100}"></figure>')


def convert_own_body(text: str, surroundings: Surroundings) -> ConvertedText:
    """Return a body whose pictures are named by their keys, and in which no number leads to another paper's row."""
    media: list[str] = []

    def name_picture(match: re.Match[str]) -> str:
        media.append(shape.line_key("picture", match[2]))
        return f'{match[1]}data-media="{media[-1]}"'

    html = PICTURE.sub(name_picture, text)
    findings = [
        SourceFinding(kind, surroundings.key, match, why)
        for kind, pattern, why in (
            ("picture before an embed", POSTER, "choose it again: its number was that of the other paper"),
            ("read also", READ_ALSO, "choose the stories again: their numbers were those of the other paper"),
        )
        for match in pattern.findall(html)
    ]
    return ConvertedText(READ_ALSO.sub("", POSTER.sub("", html)), tuple(media), tuple(findings))
