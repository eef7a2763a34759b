"""Exports for WordPress, Ghost and spreadsheets: whole, well-formed, and nothing public that is not."""

import csv
import io
import json
import re
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management import CommandError, call_command
from django.test import TestCase, TransactionTestCase
from django.utils import timezone
from lxml import etree
from taggit.models import Tag

from articles.exporting import ghost, story_table, wordpress
from articles.exporting.stories import PublicState, read_stories
from articles.models import Address, Article, FlatPage, Section
from articles.models.copy import Copy
from articles.models.site import SiteSettings
from articles.tests.copy_fields import ANOTHER
from articles.tests.export_samples import WORDS, whole_body
from articles.tests.factories import make_article, make_author, make_edition, make_image, make_section

WP = "{http://wordpress.org/export/1.2/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
EXCERPT = "{http://wordpress.org/export/1.2/excerpt/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
FIELDS = {field.name for field in Copy._meta.local_fields}


class PaperCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        SiteSettings.current().save()
        world = make_section(name="World", slug="world")
        cls.section = make_section(name="Asia", slug="asia", parent=world)
        make_section(name="Asian art", slug="asia", parent=make_section(name="Art", slug="art"))
        cls.image = make_image(alt='A "lake" & more', caption="Owncaption", credit="Creditname")
        cls.authors = [make_author(name="Ana", slug="ana"), make_author(name="Ben", slug="ben", is_guest=True)]
        cls.tag = Tag.objects.create(name="Rail & road", slug="rail")
        picked = make_edition(headline="Readalsoheadline", slug="picked")
        values = {name: make() for name, make in ANOTHER.items() if not name.endswith("_id")} | {
            "headline": "Public ]]> & <headline>",
            "body": whole_body(cls.image.pk, picked.article_id),
            "section": cls.section,
            "lead_image": cls.image,
        }
        cls.article = make_article(authors=cls.authors, tags=[cls.tag], further=[world], **values)
        cls.edition = make_edition(article=cls.article)
        Address.objects.create(path="/2025/12/08/former-slug/", article=cls.article)
        Article.objects.filter(pk=cls.article.pk).update(body="<p>Secretchange</p>")
        now = timezone.now()
        cls.coming = make_edition(headline="Scheduledone", live_from=now + timedelta(days=1))
        cls.withdrawn = make_edition(headline="Withdrawnone", live_until=now - timedelta(days=1))
        cls.draft = make_article(headline="Draftone", embargo_until=now + timedelta(days=9))
        cls.trashed = make_article(headline="Trashedone", trashed_at=now)
        FlatPage.objects.create(title="About", slug="about", body="<p>Aboutwords</p>")
        FlatPage.objects.create(title="Hidden", slug="hidden", body="<p>x</p>", is_public=False)


def written(write, **choices):
    out = io.StringIO()
    count = write(out, "default", timezone.now(), **choices)
    return count, out.getvalue()


class StateTests(PaperCase):
    def test_what_readers_do_not_have_is_published_nowhere(self):
        states = {story.copy.headline: story.state for story in read_stories("default", timezone.now())}
        assert states == {
            "Readalsoheadline": PublicState.PUBLISHED,
            "Public ]]> & <headline>": PublicState.PUBLISHED,
            "Scheduledone": PublicState.SCHEDULED,
            "Withdrawnone": PublicState.DRAFT,
            "Draftone": PublicState.DRAFT,
            "Trashedone": PublicState.TRASHED,
        } | {headline: PublicState.PUBLISHED for headline in states if headline.startswith("Headline")}

    def test_reading_many_takes_as_many_queries_as_reading_few(self):
        with self.assertNumQueries(12):
            list(read_stories("default", timezone.now()))
        for _number in range(5):
            make_edition()
        with self.assertNumQueries(12):
            list(read_stories("default", timezone.now()))


class WordPressTests(PaperCase):
    def setUp(self):
        self.count, text = written(wordpress.write_wxr)
        self.tree = etree.fromstring(text.encode())
        self.items = {item.findtext("title"): item for item in self.tree.iter("item")}
        self.post = self.items["Public ]]> & <headline>"]
        self.meta = {
            meta.findtext(f"{WP}meta_key"): meta.findtext(f"{WP}meta_value") for meta in self.post.iter(f"{WP}postmeta")
        }

    def test_every_field_of_a_text_has_a_place(self):
        assert FIELDS - set(wordpress.META) - wordpress.ELEMENTS == set()
        whole = etree.tostring(self.post, encoding="unicode")
        for name in FIELDS - {"body", "section", "lead_image", "headline", "noindex", "off_front", "slug", "related"}:
            if name == "translation_of":  # by terms: see test_export_round_trips
                continue
            value = getattr(self.edition, name)
            value = value[0]["text"] if isinstance(value, list) else value
            assert value in whole, name
        assert self.meta["_yoast_wpseo_meta-robots-noindex"] == "1"
        assert self.meta["_newsroom_off_front"] == "1"
        assert self.meta["_newsroom_related"] == str(wordpress.number_of_story(self.edition.related[0]))
        assert self.post.findtext(f"{WP}post_name") == self.edition.slug
        assert self.meta["_thumbnail_id"] == str(wordpress.number_of_picture(self.image.pk))

    def test_the_text_is_that_of_readers(self):
        content = self.post.findtext(CONTENT) + self.meta["footnotes"]
        assert [word for word in WORDS if word not in content] == []
        assert "Secretchange" not in etree.tostring(self.tree, encoding="unicode")
        assert self.post.findtext(EXCERPT) == self.edition.standfirst

    def test_states_are_wordpresss(self):
        statuses = {title: item.findtext(f"{WP}status") for title, item in self.items.items()}
        expected = {
            "Readalsoheadline": "publish",
            "Scheduledone": "future",
            "Withdrawnone": "draft",
            "Draftone": "draft",
            "Trashedone": "trash",
            "About": "publish",
            "Hidden": "draft",
            "A lake": "inherit",
        }
        assert statuses.items() >= expected.items()
        assert self.items["Draftone"].findtext(f"{WP}post_date_gmt") == "0000-00-00 00:00:00"
        assert self.count == Article.objects.count()

    def test_dates_are_in_both_zones(self):
        assert self.post.findtext(f"{WP}post_date") == "2025-12-08 09:00:00"
        assert self.post.findtext(f"{WP}post_date_gmt") == "2025-12-08 03:00:00"
        assert self.post.findtext("pubDate") == "Mon, 08 Dec 2025 03:00:00 +0000"

    def test_terms_and_authors_are_told_before_and_named_by_the_story(self):
        categories = {row.findtext(f"{WP}cat_name"): row for row in self.tree.iter(f"{WP}category")}
        assert categories["Asia"].findtext(f"{WP}category_parent") == "world"
        names = [row.findtext(f"{WP}category_nicename") for row in categories.values()]
        assert len(names) == len(set(names)) == Section.objects.count()
        terms = [(term.get("domain"), term.get("nicename"), term.text) for term in self.post.findall("category")]
        assert terms == [
            ("category", "asia", "Asia"),
            ("category", "world", "World"),
            ("post_tag", "rail", "Rail & road"),
            ("author", "cap-ana", "Ana"),
            ("author", "cap-ben", "Ben"),
            ("language", "uz-Cyrl", "uz-Cyrl"),
        ]
        assert self.post.findtext(CREATOR) == "ana"
        logins = {row.findtext(f"{WP}author_login") for row in self.tree.iter(f"{WP}author")}
        assert logins >= {"ana", "ben"}

    def test_pictures_have_whole_addresses_and_their_words(self):
        item = next(
            item for item in self.tree.iter("item") if item.findtext(f"{WP}post_id") == self.meta["_thumbnail_id"]
        )
        assert re.match("https?://", item.findtext(f"{WP}attachment_url"))
        meta = {row.findtext(f"{WP}meta_key"): row.findtext(f"{WP}meta_value") for row in item.iter(f"{WP}postmeta")}
        assert meta["_wp_attachment_image_alt"] == 'A "lake" & more'
        assert meta["_media_credit"] == "Creditname"
        assert item.findtext(EXCERPT) == "Owncaption"

    def test_a_former_slug_is_one_and_no_number_is_given_twice(self):
        assert self.meta["_wp_old_slug"] == "former-slug"
        numbers = [item.findtext(f"{WP}post_id") for item in self.tree.iter("item")]
        assert len(numbers) == len(set(numbers))

    def test_characters_that_xml_cannot_have_are_left_out(self):
        assert wordpress.cdata("a\x00b\x08]]>c\ud800") == "<![CDATA[ab]]]]><![CDATA[>c]]>"


class GhostTests(PaperCase):
    def setUp(self):
        self.count, text = written(ghost.write_ghost)
        self.file = json.loads(text)
        self.data = self.file["db"][0]["data"]
        self.posts = {post["title"]: post for post in self.data["posts"]}
        self.post = self.posts["Public ]]> & <headline>"]

    def test_its_shape_is_the_documented_one(self):
        meta = self.file["db"][0]["meta"]
        assert isinstance(meta["exported_on"], int)
        assert meta["version"].startswith("5.")
        assert set(self.data) == {"posts", "tags", "users", "posts_tags", "posts_authors", "posts_meta"}
        keys = {"id", "uuid", "title", "slug", "lexical", "status", "type", "visibility"}
        for post in self.data["posts"]:
            assert set(post) >= keys | {"created_at", "updated_at", "published_at"}
            assert re.fullmatch("[0-9a-f]{24}", post["id"])
            assert json.loads(post["lexical"])["root"]["type"] == "root"
            assert len(post.get("custom_excerpt") or "") <= ghost.EXCERPT
        for table in ("posts", "tags", "users"):
            ids = [row["id"] for row in self.data[table]]
            assert len(ids) == len(set(ids))
        slugs = [tag["slug"] for tag in self.data["tags"]]
        assert len(slugs) == len(set(slugs))

    def test_every_field_of_a_text_has_a_place_or_is_known_to_have_none(self):
        places = ghost.POST_FIELDS | set(ghost.META_FIELDS) | ghost.OTHER_PLACES
        assert FIELDS - places - ghost.WITHOUT_PLACE == set()
        assert not places & ghost.WITHOUT_PLACE
        whole = json.dumps([self.post, self.data["posts_meta"]], ensure_ascii=False)
        for name in places - {"body", "section", "lead_image", "headline", "noindex"}:
            value = getattr(self.edition, name)
            assert (value[0]["text"] if isinstance(value, list) else value) in whole, name
        assert "noindex" in self.post["codeinjection_head"]
        assert self.post["feature_image"].startswith("http")

    def test_the_text_is_that_of_readers(self):
        assert [word for word in WORDS if word not in self.post["lexical"]] == []
        assert "Secretchange" not in json.dumps(self.data)

    def test_states_are_ghosts_and_the_trash_stays(self):
        statuses = {title: post["status"] for title, post in self.posts.items()}
        assert statuses["Scheduledone"] == "scheduled"
        assert statuses["Withdrawnone"] == statuses["Draftone"] == statuses["Hidden"] == "draft"
        assert statuses["Readalsoheadline"] == statuses["About"] == "published"
        assert "Trashedone" not in statuses
        assert self.count == Article.objects.count() - 1

    def test_authors_and_terms_are_told_in_order(self):
        names = {row["id"]: row["name"] for row in self.data["tags"] + self.data["users"]}
        key = self.post["id"]
        assert [names[row["tag_id"]] for row in self.data["posts_tags"] if row["post_id"] == key] == [
            *("Asia", "World", "Rail & road"),
        ]
        authors = [names[row["author_id"]] for row in self.data["posts_authors"] if row["post_id"] == key]
        assert authors == ["Ana", "Ben"]
        assert all(user["email"].endswith(".invalid") for user in self.data["users"])

    def test_a_standfirst_that_is_too_long_stands_in_the_text(self):
        standfirst = "word " * 70 + "lastword"
        make_edition(headline="Long", standfirst=standfirst)
        post = next(
            post
            for post in json.loads(written(ghost.write_ghost)[1])["db"][0]["data"]["posts"]
            if post["title"] == "Long"
        )
        assert post["custom_excerpt"].endswith("word…")
        assert "lastword" in post["lexical"]


class TableTests(PaperCase):
    def rows(self):
        _count, text = written(story_table.write_story_table)
        assert text.startswith("\ufeff")
        return {row["headline"]: row for row in csv.DictReader(io.StringIO(text[1:], newline=""))}

    def test_every_field_of_a_text_has_a_column_but_the_text(self):
        assert FIELDS - set(story_table.COLUMNS) == {"body"}
        row = self.rows()["Public ]]> & <headline>"]
        for name in ("kicker", "standfirst", "kind", "dateline", "language", "seo_title", "social_description"):
            assert row[name] == getattr(self.edition, name)
        assert row["authors"] == "Ana; Ben"
        assert row["tags"] == "Rail & road"
        assert row["further_sections"] == "World"
        assert row["state"] == "published"
        assert row["first_published"] == "2025-12-08T03:00:00+00:00"
        assert row["off_front"] == "yes"
        assert "Secretchange" not in "".join(row.values())

    def test_no_cell_is_a_formula(self):
        make_edition(headline='=HYPERLINK("https://x.example")', kicker="@x")
        row = self.rows()['\'=HYPERLINK("https://x.example")']
        assert row["kicker"] == "'@x"


class SinceTests(PaperCase):
    def test_only_stories_that_changed_go_out(self):
        since = timezone.now() + timedelta(hours=1)
        Article.objects.filter(pk=self.draft.pk).update(saved_at=since)
        for write in (wordpress.write_wxr, ghost.write_ghost, story_table.write_story_table):
            count, text = written(write, since=since)
            assert count == 1
            assert "Draftone" in text
            assert "Withdrawnone" not in text

    def test_so_does_what_went_live_or_ended_by_its_time(self):
        since = timezone.now() + timedelta(hours=1)
        at = timezone.now() + timedelta(days=2)
        headlines = {story.copy.headline for story in read_stories("default", at, since)}
        assert headlines == {"Scheduledone"}


class CommandTests(TransactionTestCase):
    def export(self, place, *arguments):
        out = io.StringIO()
        call_command("export", str(place), *arguments, stdout=out)
        return out.getvalue()

    def test_each_format_is_written_from_one_moment_and_no_half_file_stays(self):
        make_edition(headline="Readersone")
        with TemporaryDirectory() as folder:
            for kind, name in (
                ("own", "paper.zip"),
                ("wxr", "paper.wxr.xml"),
                ("ghost", "paper.ghost.json"),
                ("csv", "stories.csv"),
            ):
                assert "1 stories" in self.export(folder, "--format", kind)
                assert (Path(folder) / name).stat().st_size > 100
            assert len(list(Path(folder).iterdir())) == 4
            assert "Readersone" in (Path(folder) / "paper.wxr.xml").read_text()

    def test_a_file_that_exists_is_left_alone_and_a_wrong_choice_refused(self):
        with TemporaryDirectory() as folder:
            place = Path(folder) / "mine.zip"
            place.write_text("mine")
            with self.assertRaisesMessage(CommandError, "exists already"):
                self.export(place)
            assert place.read_text() == "mine"
            for arguments, why in (
                (["--format", "csv", "--no-revisions"], "own format"),
                (["--since", "yesterday"], "is no time"),
                (["--since", "2025-13-01"], "is no time"),
            ):
                with self.assertRaisesMessage(CommandError, why):
                    self.export(Path(folder) / "new", *arguments)
            with self.assertRaisesMessage(CommandError, "can't be written"):
                self.export(Path(folder) / "none" / "paper.zip")
            assert len(list(Path(folder).iterdir())) == 1
