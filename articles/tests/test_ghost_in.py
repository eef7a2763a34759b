import json
import tempfile
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from django.test import SimpleTestCase

from articles.importing.ghost import export_file, read_ghost
from articles.importing.items import (
    ReadingError,
    ReadingReport,
    SourceAuthor,
    SourceMedia,
    SourceSite,
    SourceState,
    SourceStory,
    SourceTerm,
)

LEXICAL = '{"root":{"children":[]}}'
POST = {
    "id": "p1",
    "uuid": "u-1",
    "title": "Паводок",
    "slug": "pavodok",
    "lexical": LEXICAL,
    "html": "<p>x</p>",
    "status": "published",
    "visibility": "public",
    "type": "post",
    "published_at": "2025-12-07T20:00:00.000Z",
    "updated_at": "2025-12-09 10:00:00",
    "custom_excerpt": "Коротко",
    "feature_image": "__GHOST_URL__/content/images/2025/12/a.jpg",
    "featured": 1,
    "codeinjection_head": "<script>1</script>",
    "canonical_url": "https://first.example/a",
}
DATA = {
    "posts": [POST],
    "users": [
        {
            "id": "u1",
            "name": "Айгуль",
            "slug": "aigul",
            "email": "a@paper.example",
            "bio": "Пишет",
            "twitter": "@aigul",
        },
        {"id": "u2", "name": "Бекзат", "slug": "bekzat", "website": "https://b.example", "profile_image": "/a.png"},
    ],
    "tags": [
        {"id": "t1", "name": "Ош", "slug": "osh", "visibility": "public"},
        {"id": "t2", "name": "#desk", "slug": "hash-desk", "visibility": "internal"},
    ],
    "posts_authors": [
        {"post_id": "p1", "author_id": "u1", "sort_order": 1},
        {"post_id": "p1", "author_id": "u2", "sort_order": 0},
    ],
    "posts_tags": [
        {"post_id": "p1", "tag_id": "t2", "sort_order": 1},
        {"post_id": "p1", "tag_id": "t1", "sort_order": 0},
    ],
    "posts_meta": [
        {
            "post_id": "p1",
            "feature_image_alt": "Река",
            "feature_image_caption": "Река <i>Ак-Буура</i>",
            "meta_title": "SEO",
            "meta_description": "Описание",
        }
    ],
    "settings": [
        {"key": "title", "value": "Газета"},
        {"key": "locale", "value": "ru"},
        {"key": "timezone", "value": "Asia/Bishkek"},
        {"key": "url", "value": "https://paper.example/blog/"},
    ],
    "members": [{"id": 1}, {"id": 2}],
    "newsletters": [{"id": 1}],
    "roles": [{"id": 1}],
}
META = {"exported_on": 1, "version": "5.80.0"}


class GhostTestCase(SimpleTestCase):
    def setUp(self):
        self.path = Path(self.enterContext(tempfile.TemporaryDirectory())) / "ghost.json"

    def read_file(self, data):
        self.path.write_bytes(data if isinstance(data, bytes) else data.encode())
        self.report = ReadingReport()
        self.items = list(read_ghost(str(self.path), self.report))
        return self.of(SourceStory)

    def read(self, data):
        return self.read_file(json.dumps({"db": [{"meta": META, "data": data}]}))

    def read_post(self, **columns):
        (story,) = self.read(DATA | {"posts": [POST | columns]})
        return story

    def of(self, kind):
        return [item for item in self.items if isinstance(item, kind)]

    def kinds(self):
        return {finding.kind for finding in self.report.findings}


class ItemTests(GhostTestCase):
    def test_a_post_has_all_that_the_export_says_of_it(self):
        story = self.read_post()
        assert (story.key, story.kind, story.title, story.slug) == ("post:p1", "story", "Паводок", "pavodok")
        assert (story.format, story.text, story.state) == ("lexical", LEXICAL, SourceState.PUBLISHED)
        assert (story.standfirst, story.seo_title, story.seo_description) == ("Коротко", "SEO", "Описание")
        assert story.authors == ("author:u2", "author:u1")
        assert story.terms == ("tag:t1", "tag:t2")
        assert story.published_at == datetime(2025, 12, 7, 20, tzinfo=UTC)
        assert story.modified_at == datetime(2025, 12, 9, 10, tzinfo=UTC)
        assert story.placements == ("sticky",)
        assert story.addresses == (
            "/pavodok/",
            "/2025/12/08/pavodok/",  # by the site's zone
            "/pavodok/amp/",
            "/2025/12/08/pavodok/amp/",
            "/p/u-1/",
        )
        assert dict(story.attributes).keys() == {
            "uuid",
            "visibility",
            "codeinjection_head",
            "canonical_url",
            "primary_tag",
        }

    def test_the_site_its_authors_tags_and_leading_pictures_come_before(self):
        self.read_post()
        assert [type(item) for item in self.items] == [
            *(SourceSite, SourceAuthor, SourceAuthor, SourceTerm, SourceTerm, SourceMedia, SourceStory)
        ]
        (site,) = self.of(SourceSite)
        assert (site.name, site.language, site.time_zone) == ("Газета", "ru", "Asia/Bishkek")
        assert (site.addresses, site.system) == (("https://paper.example/blog",), "Ghost 5.80.0")
        first, second = self.of(SourceAuthor)
        assert (first.name, first.email, first.biography) == ("Айгуль", "a@paper.example", "Пишет")
        assert (first.links, first.addresses) == (("https://x.com/aigul",), ("/author/aigul/",))
        assert second.links == ("https://b.example",)
        tag, internal = self.of(SourceTerm)
        assert (tag.kind, tag.name, tag.addresses) == ("tag", "Ош", ("/tag/osh/",))
        assert (internal.kind, internal.addresses) == ("internal tag", ())
        (media,) = self.of(SourceMedia)
        assert media.address == "https://paper.example/blog/content/images/2025/12/a.jpg"
        assert (media.alt, media.caption, media.parent) == ("Река", "Река Ак-Буура", "post:p1")
        assert self.of(SourceStory)[0].lead_media == media.key

    def test_what_does_not_come_in_is_told_and_everything_is_counted(self):
        self.read_post()
        assert self.kinds() == {"table", "code injection", "canonical address", "author picture"}
        assert [finding.what for finding in self.report.findings if finding.kind == "table"] == [
            "members: 2",
            "newsletters: 1",
        ]
        assert self.report.counts == {
            **{"users": 2, "tags": 1, "internal tags": 1, "posts": 1},
            **{"members": 2, "newsletters": 1},
        }

    def test_only_what_every_reader_saw_is_public(self):
        states = {
            ("published", "public", None): SourceState.PUBLISHED,
            ("scheduled", "public", None): SourceState.SCHEDULED,
            ("draft", "public", None): SourceState.DRAFT,
            ("draft", "paid", None): SourceState.DRAFT,
            ("sent", "public", None): SourceState.PRIVATE,
            ("published", "public", 1): SourceState.PRIVATE,
            ("published", "members", None): SourceState.PRIVATE,
            ("published", "paid", None): SourceState.PRIVATE,
            ("published", "tiers", None): SourceState.PRIVATE,
            ("scheduled", "members", None): SourceState.PRIVATE,
            ("odd", "public", None): SourceState.DRAFT,
            (None, None, None): SourceState.DRAFT,
        }
        for (status, visibility, is_mail), state in states.items():
            post = POST | {"status": status, "visibility": visibility}
            meta = [{"post_id": "p1", "email_only": is_mail}]
            (story,) = self.read(DATA | {"posts": [post], "posts_meta": meta})
            assert story.state == state, (status, visibility, is_mail)
            if state == SourceState.PRIVATE or status in {"odd", None}:
                assert self.kinds() & {"for members", "newsletter only", "unknown state"}

    def test_pages_are_pages_in_every_version(self):
        for columns in ({"type": "page"}, {"type": None, "page": 1}, {"type": None, "page": True}):
            story = self.read_post(**columns)
            assert (story.kind, story.addresses) == ("page", ("/pavodok/", "/p/u-1/"))
        (page,) = self.read({"posts": [], "pages": [POST]})
        assert page.kind == "page"

    def test_the_text_is_what_the_editor_stored_else_what_readers_got(self):
        mobiledoc = '{"sections":[]}'
        assert self.read_post(lexical=None, mobiledoc=mobiledoc).format == "mobiledoc"
        story = self.read_post(lexical="", mobiledoc=None)
        assert (story.format, story.text) == ("html", "<p>x</p>")
        assert self.read_post(lexical='{"root"').format == "html"
        assert "damaged text" in self.kinds()
        story = self.read_post(lexical=None, html=None, markdown="Раз **два**")
        assert (story.format, story.text) == ("html", "<p>Раз <strong>два</strong></p>\n")
        story = self.read_post(lexical=None, html='<a href="__GHOST_URL__/a/">a</a>')
        assert story.text == '<a href="https://paper.example/blog/a/">a</a>'

    def test_a_site_without_address_has_paths(self):
        (story,) = self.read(DATA | {"settings": []})
        assert self.of(SourceSite)[0].addresses == ()
        assert self.of(SourceMedia)[0].address == "/content/images/2025/12/a.jpg"
        assert story.addresses[1] == "/2025/12/07/pavodok/"

    def test_old_versions_count_their_rows_and_times(self):
        post = {"id": 7, "title": "A", "slug": "a", "html": "<p>a</p>", "status": "published", "author_id": 1}
        post |= {"published_at": 1765137600000, "image": "/content/images/a.jpg", "updated_at": "never", "page": 0}
        data = {"posts": [post], "users": [{"id": 1, "name": "Ana", "slug": "ana"}], "settings": [], "tags": []}
        data["settings"] = [
            {"key": "permalinks", "value": "/:year/:month/:author/:slug/"},
            {"key": "activeTimezone", "value": "UTC"},
        ]
        (story,) = self.read(data)
        assert (story.key, story.authors, story.state) == ("post:7", ("author:1",), SourceState.PUBLISHED)
        assert story.published_at == datetime(2025, 12, 7, 20, tzinfo=UTC)
        assert story.lead_media == "media:/content/images/a.jpg"
        assert "damaged time" in self.kinds()
        data["posts_authors"] = [{"post_id": 7, "author_id": 1}, {"post_id": 7, "author_id": 9}]
        (story,) = self.read(data)
        assert story.addresses[0] == "/2025/12/ana/a/"
        assert "missing author" in self.kinds()

    def test_a_post_that_is_repeated_comes_in_once(self):
        assert len(self.read(DATA | {"posts": [POST, POST, POST | {"id": "p2"}]})) == 2
        assert self.report.counts["repeated rows"] == 1
        assert self.report.counts["posts"] == 2
        assert len(self.of(SourceMedia)) == 1


class FileTests(GhostTestCase):
    def test_every_wrapper_is_read_with_the_tables_in_any_order(self):
        backwards = dict(reversed(DATA.items()))
        for data in (
            {"db": [{"meta": META, "data": DATA}]},
            {"db": [{"data": backwards, "meta": META}]},
            {"meta": META, "data": DATA},
            {"data": DATA},
            DATA | {"meta": META},
            DATA | {"posts": POST},
        ):
            (story,) = self.read_file(json.dumps(data, ensure_ascii=False, indent=1))
            assert story.authors == ("author:u2", "author:u1")
        for encoding in ("utf-8-sig", "utf-16"):
            (story,) = self.read_file(json.dumps({"db": [{"data": DATA}]}, ensure_ascii=False).encode(encoding))
            assert story.title == "Паводок"

    def test_what_the_api_gives_is_read_and_one_page_of_several_is_told(self):
        nested = {"authors": [DATA["users"][1], DATA["users"][0]], "tags": DATA["tags"]}
        post = POST | nested | {"url": "https://paper.example/pavodok/"}
        pages = {"pagination": {"page": 1, "pages": 5}}
        (story,) = self.read_file(json.dumps({"posts": [post], "meta": pages}))
        assert (story.authors, story.terms) == (("author:u2", "author:u1"), ("tag:t1", "tag:t2"))
        assert self.of(SourceSite)[0].addresses == ("https://paper.example",)
        assert "part of a site" in self.kinds()

    def test_other_files_are_refused_with_what_they_are(self):
        for data, message in (
            ("", "no export of Ghost"),
            ("<rss/>", "no export of Ghost"),
            ("[]", "no export of Ghost"),
            ("{}", "has no posts"),
            ('{"data": {"users": []}}', "It holds: users"),
            ('{"errors": [], "options": {}, "result": {"posts": []}}', "working file of Ghost’s migration tools"),
            ('{"posts": [{"id": 1}, ', "damaged or cut off"),
            ('{"posts" [', "damaged or cut off"),
            ('{"posts": [{"id": nothing}]}', "damaged or cut off"),
            ('{"posts": [' + "[" * 100_000, "nested too deeply"),
            ('{"data": ' * 100_000, "nested too deeply"),
            ('{"posts": ["' + "a" * (34 << 20), "million characters"),
        ):
            with self.assertRaisesMessage(ReadingError, message):
                self.read_file(data)
        with self.assertRaisesMessage(ReadingError, "can’t be read"):
            list(read_ghost("/nowhere/a.json", ReadingReport()))

    def test_values_that_go_on_in_the_next_chunk_are_read_whole(self):
        for chunk in range(1, 12):
            with patch.object(export_file, "CHUNK", chunk):
                (story,) = self.read_file(json.dumps({"version": 12345, "posts": [{"id": 1234567, "slug": "a"}]}))
                assert story.key == "post:1234567"
                self.path.write_text('{"posts": [1234567, 89]}')
                assert [row for _name, row in export_file.export_rows(str(self.path))] == [None, 1234567, 89]

    def test_damaged_characters_are_told(self):
        (story,) = self.read_file(json.dumps({"posts": [POST]}, ensure_ascii=False).encode("cp1251"))
        assert story.slug == "pavodok"
        assert "damaged characters" in self.kinds()

    def test_rows_of_any_shape_are_read(self):
        odd = [None, 1, "a", [], {}, {"id": []}, {"id": {}, "title": 5, "type": [], "status": {}, "featured": []}]
        tables = dict.fromkeys(("users", "tags", "posts_authors", "posts_tags", "posts_meta", "settings"), odd)
        stories = self.read(
            tables | {"posts": [*odd, POST | {"id": "p9", "lexical": 3, "published_at": 9e99, "tags": 4}]}
        )
        assert stories[-1].key == "post:p9"

    def test_a_large_file_needs_no_more_memory_than_its_rows(self):
        posts = ({**POST, "id": number, "html": "a" * 20_000} for number in range(1000))
        with self.path.open("w") as file:
            file.write('{"db":[{"data":{"posts":[')
            file.writelines((", " if number else "") + json.dumps(post) for number, post in enumerate(posts))
            file.write(f']}}}}], "meta": {json.dumps(META)}}}')
        tracemalloc.start()
        try:
            count = sum(isinstance(item, SourceStory) for item in read_ghost(str(self.path), ReadingReport()))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert count == 1000
        assert self.path.stat().st_size > 20_000_000
        assert peak < 6 * export_file.CHUNK + 4_000_000
