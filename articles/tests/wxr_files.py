"""Exports of WordPress for tests: an item, a whole file, and what the reader makes of it."""

import tempfile
from pathlib import Path

from articles.importing.items import ReadingReport, SourceAuthor, SourceMedia, SourceStory, SourceTerm
from articles.importing.wxr import read_wxr

SPACES = (
    'xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/"'
)
START = '<?xml version="1.0" encoding="UTF-8" ?>\n'
SITE = (
    "<title>Valley Post</title><link>https://valley.example</link><language>{language}</language>"
    "<wp:wxr_version>1.2</wp:wxr_version><wp:base_blog_url>https://valley.example</wp:base_blog_url>"
)
POST = {
    "title": "Flood",
    "link": "https://valley.example/2019/05/04/flood/",
    "dc:creator": "ana",
    "content:encoded": "<p>The river rose.</p>",
    "wp:post_id": "12",
    "wp:post_date": "2019-05-04 16:00:00",
    "wp:post_date_gmt": "2019-05-04 10:00:00",
    "wp:post_name": "flood",
    "wp:status": "publish",
    "wp:post_type": "post",
}


def cdata(text):
    return f"<![CDATA[{text}]]>"


def item(*inside, metas=(), **changes):
    """An item like POST with ``changes``: "wp__status" for wp:status; None leaves a field out."""
    fields = POST | {name.replace("__", ":"): value for name, value in changes.items()}
    tags = "".join(f"<{name}>{cdata(value)}</{name}>\n" for name, value in fields.items() if value is not None)
    rows = "".join(meta(key, value) for key, value in dict(metas).items())
    return f"<item>\n{tags}{''.join(inside)}{rows}</item>\n"


def meta(key, value):
    return f"<wp:postmeta><wp:meta_key>{key}</wp:meta_key><wp:meta_value>{cdata(value)}</wp:meta_value></wp:postmeta>\n"


def term(domain, nicename, name):
    return f'<category domain="{domain}" nicename="{nicename}">{cdata(name)}</category>\n'


def row(kind, **fields):
    tags = "".join(f"<wp:{name}>{cdata(value)}</wp:{name}>" for name, value in fields.items())
    return f"<wp:{kind}>{tags}</wp:{kind}>\n"


def author(number, login, name, mail=""):
    fields = {"author_id": number, "author_login": login, "author_email": mail, "author_display_name": name}
    return row("author", **fields)


def export(*items, head="", language="en-US"):
    site = SITE.format(language=language)
    return f'{START}<rss version="2.0" {SPACES}>\n<channel>{site}\n{head}{"".join(items)}</channel>\n</rss>\n'


def read_file(content):
    """What the reader yields of a file with ``content``, and its report."""
    report = ReadingReport()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return list(read_wxr(str(path), report)), report


def read_items(*items, head="", language="en-US"):
    return read_file(export(*items, head=head, language=language))


def stories(result):
    return [source for source in result[0] if isinstance(source, SourceStory)]


def terms(result):
    return {source.key: source for source in result[0] if isinstance(source, SourceTerm)}


def authors(result):
    return {source.key: source for source in result[0] if isinstance(source, SourceAuthor)}


def media(result):
    return [source for source in result[0] if isinstance(source, SourceMedia)]


def kinds(result):
    """The kinds of findings, by how often each was told."""
    counts = {}
    for finding in result[1].findings:
        counts[finding.kind] = counts.get(finding.kind, 0) + 1
    return counts
