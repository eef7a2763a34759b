"""What people type is text in every format: who reads the format with a parser of it gets the very characters.

Formats × fields × payloads: each slot is taken out as programs do that read the format, HTML within it included.
"""

import csv
import email
import io
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from email import policy
from html.parser import HTMLParser
from unittest import mock

import feedparser
import time_machine
from defusedxml import ElementTree
from django.contrib.admin.models import CHANGE, LogEntry
from django.core import mail
from django.core.exceptions import ValidationError
from django.db.models import F
from django.test import SimpleTestCase, TestCase
from django.urls import reverse

from articles import tasks
from articles.desk import roles
from articles.models import Copy, Edition, Redirect, SiteSettings
from articles.public import cards
from articles.tests.factories import MORNING, make_author, make_edition, make_image, make_section, make_user
from articles.text import LineField, ProseField
from ground import drawing
from ground.characters import one_line
from ground.times import FOR_EVER
from newsroom.serving import frame

WORD = "Karakol"  # in every text, so that a search finds it
PAYLOADS = [  # as many as a feed has items
    "<b>bold</b>",
    "<script>alert(1)</script>",
    "</script><!-- </title></textarea></style>",
    "]]> <![CDATA[x]]>",
    "AT&amp;T &lt;b&gt; &nbsp; &#60; & <",
    "<?xml version='1.0'?><!DOCTYPE x>",
    "\"double\" 'single' `back`",
    '" onload="alert(1)',
    "{{ 7 }} {% now 'Y' %} {0} %s %(paper)s %",
    "a\u2028b\u2029c",
    "bell\x07 nul\x00 escape\x1b next\x85 surrogate\ud800",
    "\u202egnp.exe\u2066x\u2069",
    "line\r\nBcc: everybody@example.org\nSubject: x",
    "=cmd()|' /C calc'!A0",
    "+1-2",
    "-2+3",
    "@SUM(1)",
    "\uff1d1+1",
    "\tTab",
    "Ж ү “«»” 😀 नमस्ते مرحبا",
]
PAPER = "<b>Post</b> &amp; \"x\" ]]> </script> 'y' %s {{ 7 }}"
XHTML, MEDIA = "{http://www.w3.org/1999/xhtml}", "{http://search.yahoo.com/mrss/}"
DC, CONTENT = "{http://purl.org/dc/elements/1.1/}", "{http://purl.org/rss/1.0/modules/content/}"
ATOM, NEWS = "{http://www.w3.org/2005/Atom}", "{http://www.google.com/schemas/sitemap-news/0.9}"
SOLID = {"b", "style", "textarea"}  # elements that no page has but by somebody's text
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # what spreadsheets compute


class Reading(HTMLParser):
    """HTML as a browser takes it: its text, the elements that are in it, ``meta`` and structured data."""

    def __init__(self, html: str):
        super().__init__()
        self.data, self.tags, self.metas, self.linked, self.title = [], [], {}, [], ""
        self._within = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append(tag)
        self._within = tag
        if tag == "script" and attributes.get("type") == "application/ld+json":
            self._within = "linked"
        if tag == "meta" and (name := attributes.get("property") or attributes.get("name")):
            self.metas.setdefault(name, []).append(attributes["content"])

    def handle_endtag(self, tag):
        self._within = ""

    def handle_data(self, data):
        if self._within == "linked":
            self.linked.append(json.loads(data))
        elif self._within == "title":
            self.title += data
        else:
            self.data.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.data).split())


def html_text(html: str) -> str:
    """The text of a piece of HTML in which there is no element."""
    reading = Reading(html)
    assert reading.tags == [], reading.tags
    return "".join(reading.data)


def linked(reading: Reading) -> Iterator[dict]:
    """Every object in the structured data of a page."""
    waiting = list(reading.linked)
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, dict):
            yield value
        waiting += value.values() if isinstance(value, dict) else value if isinstance(value, list) else []


class PaperTestCase(TestCase):
    """A paper with an article for each payload, which is in every text of the article and of what belongs to it."""

    @classmethod
    def setUpTestData(cls):
        roles.make_groups()
        cls.chief = make_user(roles.ADMINISTRATOR, email="chief@example.org")
        cls.paper = SiteSettings(pk=1, contact_email="a@example.org", name=PAPER, tagline=PAPER, description=PAPER)
        cls.paper.save()
        cls.editions = [cls.article(payload, number) for number, payload in enumerate(PAYLOADS)]

    @classmethod
    def article(cls, payload, number):
        fields = [field.name for field in Copy._meta.local_fields if isinstance(field, LineField | ProseField)]
        texts = {name: f"{payload} {WORD} {name}"[: Copy._meta.get_field(name).max_length] for name in fields}

        def typed(name):
            return f"{payload} {WORD} {name}"

        about = {"alt": typed("alt"), "caption": typed("caption"), "credit": typed("credit")}
        image = make_image(made_cut=1, title="x", **about)
        return make_edition(
            **texts,
            slug=f"slug-{number}",
            section=make_section(name=typed("section"), slug=f"section-{number}", description=typed("about")),
            authors=[
                make_author(
                    name=typed("author"), slug=f"author-{number}", role=typed("role"), biography=typed("biography")
                )
            ],
            tags=[one_line(typed("tag"))],
            lead_image=image,
            dated_corrections=[{"day": "2025-12-08", "text": typed("dated")}],
            body=f'<p>Body.</p><figure data-image="{image.pk}"></figure>',
            live_from=MORNING - timedelta(minutes=number),
        )

    def setUp(self):
        frame.forget_frame()
        self.editions = list(Edition.objects.for_cards().newest())
        assert len(self.editions) == len(PAYLOADS)

    def assertSame(self, edition, slots: dict[str, tuple[object, object]]) -> None:
        for name, (got, expected) in slots.items():
            with self.subTest(edition.slug if edition else "paper", slot=name):
                assert got == expected

    def assertNoElements(self, reading, where):
        assert not SOLID & {*reading.tags}, (where, reading.tags)

    def assertBody(self, edition, html):
        reading = Reading(html)
        self.assertNoElements(reading, edition.slug)
        assert " ".join(edition.lead_image.credit.split()) in reading.text, edition.slug


def tag_of(edition):
    return next(topic["name"] for topic in edition.topics() if topic["is_tag"])


class FeedTests(PaperTestCase):
    def test_rss(self):
        channel = ElementTree.fromstring(self.client.get("/feed/").content).find("channel")
        slots = {
            "title": (channel.findtext("title"), PAPER),
            "description": (html_text(channel.findtext("description")), PAPER),
            "image": (channel.findtext("image/title"), PAPER),
        }
        self.assertSame(None, slots)
        for edition, item in zip(self.editions, channel.findall("item"), strict=True):
            media, image = item.find(f"{MEDIA}content"), edition.lead_image
            slots = {
                "item": (item.findtext("title"), edition.headline),
                "standfirst": (html_text(item.findtext("description")), edition.standfirst),
                "link": (item.findtext(f"{XHTML}a"), edition.headline),
                "author": (item.findtext(f"{DC}creator"), edition.authors[0].name),
                "topics": ([part.text for part in item.findall("category")], [edition.section.name, tag_of(edition)]),
                "alt": (media.findtext(f"{MEDIA}description"), image.alt),
                "credit": (media.findtext(f"{MEDIA}credit"), image.credit),
            }
            self.assertSame(edition, slots)
            self.assertBody(edition, item.findtext(f"{CONTENT}encoded"))

    def test_rss_of_a_section_says_its_name(self):
        for edition in self.editions:
            channel = ElementTree.fromstring(self.client.get(f"/{edition.section.slug}/feed/").content).find("channel")
            self.assertSame(edition, {"title": (channel.findtext("title"), f"{PAPER}: {edition.section.name}")})
            assert html_text(channel.findtext("description")).startswith(edition.section.name)

    def test_a_feed_reader_shows_the_standfirst_as_it_was_typed(self):
        for path, is_html in (("/feed/", True), ("/atom/", False)):
            entries = feedparser.parse(self.client.get(path).content).entries
            for edition, entry in zip(self.editions, entries, strict=True):
                shown = html_text(entry.summary) if is_html else entry.summary
                self.assertSame(edition, {path: (shown.split(), edition.standfirst.split())})

    def test_atom(self):
        feed = ElementTree.fromstring(self.client.get("/atom/").content)
        slots = {
            "title": (feed.findtext(f"{ATOM}title"), PAPER),
            "subtitle": (feed.findtext(f"{ATOM}subtitle"), PAPER),
            "paper": (feed.findtext(f"{ATOM}author/{ATOM}name"), PAPER),
        }
        self.assertSame(None, slots)
        for edition, entry in zip(self.editions, feed.findall(f"{ATOM}entry"), strict=True):
            terms = [part.get("term") for part in entry.findall(f"{ATOM}category")]
            slots = {
                "type": (entry.find(f"{ATOM}summary").get("type", "text"), "text"),
                "entry": (entry.findtext(f"{ATOM}title"), edition.headline),
                "summary": (entry.findtext(f"{ATOM}summary"), edition.standfirst),
                "author": (entry.findtext(f"{ATOM}author/{ATOM}name"), edition.authors[0].name),
                "link": (entry.findtext(f"{XHTML}a"), edition.headline),
                "topics": (terms, [edition.section.name, tag_of(edition)]),
            }
            self.assertSame(edition, slots)
            self.assertBody(edition, entry.findtext(f"{ATOM}content"))

    def test_json_feed(self):
        feed = json.loads(self.client.get("/feed.json").content)
        texts = (feed["title"], feed["description"], feed["authors"][0]["name"])
        self.assertSame(None, {"paper": (texts, (PAPER, PAPER, PAPER))})
        for edition, item in zip(self.editions, feed["items"], strict=True):
            slots = {
                "title": (item["title"], edition.headline),
                "summary": (item["summary"], edition.standfirst),
                "author": (item["authors"][0]["name"], edition.authors[0].name),
                "topics": (item["tags"], [edition.section.name, tag_of(edition)]),
            }
            self.assertSame(edition, slots)
            self.assertBody(edition, item["content_html"])

    def test_feeds_with_standfirsts_alone(self):
        SiteSettings.objects.update(feed_text="summary")
        frame.forget_frame()
        feed = json.loads(self.client.get("/feed.json").content)
        for edition, item in zip(self.editions, feed["items"], strict=True):
            self.assertSame(edition, {"text": (item["content_text"], edition.standfirst)})

    def test_opml(self):
        tree = ElementTree.fromstring(self.client.get("/feeds.opml").content)
        names = {PAPER, *(f"{PAPER}: {edition.section.name}" for edition in self.editions)}
        slots = {
            "title": (tree.findtext("head/title"), PAPER),
            "owner": (tree.findtext("head/ownerName"), PAPER),
            "text": ({outline.get("text") for outline in tree.findall("body/outline")}, names),
            "titles": ({outline.get("title") for outline in tree.findall("body/outline")}, names),
        }
        self.assertSame(None, slots)


class PageTests(PaperTestCase):
    def test_oembed(self):
        for edition in self.editions:
            asked = {"url": f"http://testserver{edition.path}"}
            content = json.loads(self.client.get("/api/oembed/", asked).content)
            tree = ElementTree.fromstring(self.client.get("/api/oembed/", asked | {"format": "xml"}).content)
            for form in (content, {child.tag: child.text for child in tree}):
                reading = Reading(form["html"])
                slots = {
                    "title": (form["title"], edition.headline),
                    "author": (form["author_name"], edition.authors[0].name),
                    "paper": (form["provider_name"], PAPER),
                    "elements": (reading.tags, ["blockquote", "p", "a", "p", "p"]),
                }
                self.assertSame(edition, slots)
                for text in (edition.headline, edition.standfirst, PAPER):
                    assert " ".join(text.split()) in reading.text, edition.slug

    def test_what_search_engines_and_social_networks_read(self):
        for edition in self.editions:
            reading = Reading(self.client.get(edition.path).text)
            objects = {row["@type"]: row for row in linked(reading) if "@type" in row}
            article, names = (
                objects["NewsArticle"],
                [row["name"] for row in objects["BreadcrumbList"]["itemListElement"]],
            )
            metas = reading.metas
            slots = {
                "headline": (article["headline"], edition.headline),
                "description": (article["description"], edition.seo_description),
                "section": (article["articleSection"], edition.section.name),
                "author": (article["author"][0]["name"], edition.authors[0].name),
                "correction": (article["correction"][0]["text"], edition.days_of_corrections[0][1]),
                "publisher": (article["publisher"]["name"], PAPER),
                "way": (names, [edition.section.name, edition.headline]),
                "og:title": (metas["og:title"], [edition.social_title]),
                "og:site_name": (metas["og:site_name"], [PAPER]),
                "og:image:alt": (metas["og:image:alt"], [edition.lead_image.alt]),
                "article:section": (metas["article:section"], [edition.section.name]),
                "article:tag": (metas["article:tag"][-1], tag_of(edition)),
            }
            self.assertSame(edition, slots)
            for name, text in (
                ("og:description", edition.social_description),
                ("description", edition.seo_description),
            ):
                assert metas[name][0].startswith(text[:60].rstrip()), (edition.slug, name)
            assert reading.title.startswith(edition.seo_title[:20].strip()), edition.slug
            self.assertNoElements(reading, edition.slug)

    def test_structured_data_of_sections_authors_and_the_front_page(self):
        for edition in self.editions:
            section, author = edition.section, edition.authors[0]
            pages = {
                section.get_absolute_url(): {section.name, section.description},
                author.get_absolute_url(): {author.name, author.role, author.biography},
                "/": {PAPER},
            }
            for path, expected in pages.items():
                reading = Reading(self.client.get(path).text)
                texts = {value for row in linked(reading) for value in row.values() if isinstance(value, str)}
                assert expected <= texts, (edition.slug, path)
                self.assertNoElements(reading, path)

    def test_what_readers_see_on_pages(self):
        lists = {path: Reading(self.client.get(path).text) for path in ("/latest/", "/corrections/")}
        for path, reading in lists.items():
            for edition in self.editions:
                assert " ".join(edition.headline.split()) in reading.text, (edition.slug, path)
            self.assertNoElements(reading, path)
        for edition in self.editions:
            reading = Reading(self.client.get(edition.path).text)
            text = reading.text.replace(" ", "")
            for name in ("headline", "standfirst", "kicker", "dateline", "lead_caption", "corrections"):
                assert "".join(getattr(edition, name).split()) in text, (edition.slug, name)

    def test_a_search_shows_texts_and_its_own_words_as_text(self):
        for payload in PAYLOADS[:9]:
            reading = Reading(self.client.get("/search/", {"q": f"{WORD} {payload}"}).text)
            self.assertNoElements(reading, payload)
        for path in ("/search/feed/", "/search/atom/"):
            for payload in PAYLOADS:
                answer = self.client.get(path, {"q": f"{WORD} {payload}".replace("\ud800", "")})
                if answer.status_code == 200:
                    ElementTree.fromstring(answer.content)

    def test_news_sitemap(self):
        with time_machine.travel(MORNING + timedelta(hours=1), tick=False):
            tree = ElementTree.fromstring(self.client.get("/news-sitemap.xml").content)
        titles = {part.text for part in tree.iter(f"{NEWS}title")}
        assert titles == {edition.headline for edition in self.editions}
        assert {part.text for part in tree.iter(f"{NEWS}name")} == {PAPER}
        for path in ("/sitemap.xml", "/sitemap-sections.xml", "/sitemap-2025-12.xml"):
            ElementTree.fromstring(self.client.get(path).content)

    def test_web_manifest(self):
        manifest = json.loads(self.client.get("/manifest.webmanifest").content)
        assert (manifest["name"], manifest["description"]) == (PAPER, PAPER)

    def test_suggestions(self):
        for edition in self.editions:
            Edition.objects.exclude(pk=edition.pk).update(live_until=F("live_from") + timedelta(seconds=1))
            offered = json.loads(self.client.get("/search/suggest/", {"q": f"{WORD} headl"}).content)["suggestions"]
            Edition.objects.update(live_until=FOR_EVER)
            assert edition.headline in {row["text"] for row in offered}, edition.slug

    def test_card_for_social_networks(self):
        for edition in self.editions:
            edition.lead_image = None
            with mock.patch.object(drawing, "write_line") as write:
                cards._picture(edition)
            written = "".join(call.args[2].replace(" ", "") for call in write.call_args_list)
            assert written.startswith("".join(edition.social_title.split())[:30]), edition.slug
            assert "".join(edition.section.name.split()) in written, edition.slug


class DeskTests(PaperTestCase):
    def test_mail_has_one_subject_and_the_text_as_it_is(self):
        for edition in self.editions:
            mail.outbox.clear()
            text = " ".join(f"{edition.headline} waits".split())
            tasks.mail_notice.call(self.chief.pk, text, "/admin/")
            message = email.message_from_bytes(mail.outbox[0].message().as_bytes(), policy=policy.default)
            content = message.get_content().splitlines()[0]
            slots = {
                "to": (message["To"], "chief@example.org"),
                "bcc": (message["Bcc"], None),
                "subject": (message["Subject"].strip()[:60], text[:60]),
                "type": (message.get_content_type(), "text/plain"),
                "text": (content, text),
            }
            self.assertSame(edition, slots)

    def test_no_cell_of_an_export_is_a_formula(self):
        self.client.force_login(self.chief)
        for edition in self.editions:
            LogEntry.objects.log_actions(self.chief.pk, [edition.section], CHANGE, edition.headline, single_object=True)
        text = b"".join(self.client.get(reverse("admin:admin_logentry_export"))).decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline="")))[1:]
        assert {row[6].removeprefix("'") for row in rows} == {str(edition.section) for edition in self.editions}
        assert {row[7].removeprefix("'") for row in rows} >= {edition.headline for edition in self.editions}
        assert [cell for row in rows for cell in row if cell.startswith(FORMULAS)] == []

    def test_no_redirect_that_is_kept_begins_a_formula(self):
        kept = 0
        for payload in PAYLOADS:
            for source, target in ((payload, "/x/"), ("/x/", payload), (f"/{payload}", f"/x/{payload}")):
                redirect = Redirect(source=source, target=target)
                with suppress(ValidationError):
                    redirect.full_clean()
                    kept += 1
                    assert redirect.source.startswith("/"), payload
                    assert redirect.target.startswith("/"), payload
        assert kept

    def test_lists_and_forms_of_the_desk_show_it_as_text(self):
        self.client.force_login(self.chief)
        lists = [f"articles_{name}_changelist" for name in ("article", "section", "author", "image", "edition")]
        for name in (*lists, "taggit_tag_changelist", "articles_image_picker", "index"):
            self.assertNoElements(Reading(self.client.get(reverse(f"admin:{name}")).text), name)
        for edition in self.editions[:9]:
            page = self.client.get(reverse("admin:articles_article_change", args=[edition.article_id])).text
            assert "<b>bold" not in page
            assert "<script>alert" not in page
            assert 'onload="alert' not in page.replace("&quot;", "'")


class CharacterTests(SimpleTestCase):
    def test_nothing_that_is_seen_is_lost_when_it_is_stored(self):
        """So the tests above compare with what was typed, and not with what was left of it."""
        for payload in PAYLOADS:
            visible = "".join(letter for letter in payload if letter.isprintable() and not letter.isspace())
            assert "".join(one_line(payload).split()) == visible, payload
