"""Write a made-up export of WordPress with so many posts, as a paper of fifteen years has it, for measuring imports.

.venv/bin/python bench/make_export.py FILE [--posts 5000]
"""

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import content

AUTHORS, CATEGORIES, TAGS = 40, 12, 400
NEWEST, APART = datetime(2024, 6, 1, 12, tzinfo=UTC), timedelta(hours=1)
SITE = "https://old.example"
STATES = ["publish"] * 46 + ["draft", "private", "pending", "trash"]  # by the post's number
TEXTS = 200  # different ones
HEAD = f"""<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
<title>Old Paper</title><link>{SITE}</link><language>en</language>
<wp:wxr_version>1.2</wp:wxr_version><wp:base_site_url>{SITE}</wp:base_site_url><wp:base_blog_url>{SITE}</wp:base_blog_url>
"""


def cdata(text: str) -> str:
    return f"<![CDATA[{text}]]>"


def export(posts: int) -> Iterator[str]:
    """Yield the file, a post at a time."""
    yield HEAD
    for number in range(AUTHORS):
        yield (
            f"<wp:author><wp:author_id>{number + 1}</wp:author_id><wp:author_login>{cdata(f'writer{number}')}"
            f"</wp:author_login><wp:author_email>{cdata(f'writer{number}@old.example')}</wp:author_email>"
            f"<wp:author_display_name>{cdata(f'Writer {number}')}</wp:author_display_name></wp:author>\n"
        )
    for number in range(CATEGORIES):
        yield (
            f"<wp:category><wp:term_id>{number + 1}</wp:term_id><wp:category_nicename>{cdata(f'topic-{number}')}"
            f"</wp:category_nicename><wp:cat_name>{cdata(f'Topic {number}')}</wp:cat_name></wp:category>\n"
        )
    for number in range(TAGS):
        yield (
            f"<wp:tag><wp:term_id>{number + 1000}</wp:term_id><wp:tag_slug>{cdata(f'word-{number}')}</wp:tag_slug>"
            f"<wp:tag_name>{cdata(f'Word {number}')}</wp:tag_name></wp:tag>\n"
        )
    bodies = [_blocks(number) for number in range(min(TEXTS, posts))]
    for number in range(posts):
        yield _post(number, bodies[number % TEXTS])
        if number % 3 == 0:
            yield _attachment(number)
    yield "</channel></rss>\n"


def _blocks(number: int) -> str:
    """Return a text in WordPress' blocks."""
    paragraphs = (content.short_text(number + place * 7) for place in range(8))
    return "\n\n".join(f"<!-- wp:paragraph -->\n<p>{escape(text)}</p>\n<!-- /wp:paragraph -->" for text in paragraphs)


def _post(number: int, body: str) -> str:
    day = NEWEST - APART * number
    link = f"{SITE}/{day:%Y/%m/%d}/story-{number}/"
    body += (
        f'\n\n<!-- wp:paragraph -->\n<p>rare{number} <a href="{SITE}/?p={_key(max(0, number - 5))}">before</a></p>\n'
    )
    body += "<!-- /wp:paragraph -->"
    terms = [("category", f"topic-{number % CATEGORIES}", f"Topic {number % CATEGORIES}")]
    terms += [("post_tag", f"word-{(number * 7 + n) % TAGS}", f"Word {(number * 7 + n) % TAGS}") for n in range(3)]
    listed = "".join(
        f'<category domain="{kind}" nicename="{slug}">{cdata(name)}</category>' for kind, slug, name in terms
    )
    return (
        f"<item><title>{cdata(content.short_text(number)[:60])} {number}</title><link>{link}</link>"
        f"<dc:creator>{cdata(f'writer{number % AUTHORS}')}</dc:creator>"
        f"<content:encoded>{cdata(body)}</content:encoded><excerpt:encoded>{cdata('')}</excerpt:encoded>"
        f"{_columns(_key(number), day, f'story-{number}', STATES[number % len(STATES)], 'post')}{listed}"
        f"<wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value>{_key(number - number % 3) + 1}"
        "</wp:meta_value></wp:postmeta></item>\n"
    )


def _attachment(number: int) -> str:
    day = NEWEST - APART * number
    address = f"{SITE}/wp-content/uploads/{day:%Y/%m}/picture-{number}.jpg"
    return (
        f"<item><title>Picture {number}</title><link>{SITE}/picture-{number}/</link><content:encoded>{cdata('')}"
        f"</content:encoded><excerpt:encoded>{cdata('A street')}</excerpt:encoded>"
        f"{_columns(_key(number) + 1, day, f'picture-{number}', 'inherit', 'attachment')}"
        f"<wp:attachment_url>{address}</wp:attachment_url></item>\n"
    )


def _key(number: int) -> int:
    return 10 + number * 2


def _columns(key: int, day: datetime, slug: str, state: str, kind: str) -> str:
    moment = f"{day:%Y-%m-%d %H:%M:%S}"
    return (
        f"<wp:post_id>{key}</wp:post_id><wp:post_date>{moment}</wp:post_date><wp:post_date_gmt>{moment}"
        f"</wp:post_date_gmt><wp:post_modified>{moment}</wp:post_modified><wp:post_modified_gmt>{moment}"
        f"</wp:post_modified_gmt><wp:post_name>{slug}</wp:post_name><wp:status>{state}</wp:status>"
        f"<wp:post_parent>0</wp:post_parent><wp:post_type>{kind}</wp:post_type><wp:post_password></wp:post_password>"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--posts", type=int, default=5_000)
    options = parser.parse_args()
    with Path(options.file).open("w") as file:
        file.writelines(export(options.posts))
    print(f"{options.posts:,} posts, {Path(options.file).stat().st_size >> 20} MB")


if __name__ == "__main__":
    main()
