"""Every block that a body may hold goes out in every format, with all its words."""

import io
import json
import re
import zipfile
from html.parser import HTMLParser

from django.core.files.base import ContentFile
from django.test import SimpleTestCase, TestCase
from django.urls import reverse
from django.utils import timezone
from docx import Document
from lxml import etree
from markdown_it import MarkdownIt

from articles.body import markup
from articles.desk import roles
from articles.exporting import body_blocks, commonmark, lexical, plain_html, word_document, wordpress_blocks
from articles.exporting.body_blocks import BlockKind, blocks_of, parse_body
from articles.exporting.stories import working_story
from articles.exporting.story_batches import with_surroundings
from articles.pictures import renditions
from articles.tests.export_samples import SAMPLES, WORDS, whole_body
from articles.tests.factories import make_article, make_author, make_edition, make_image, make_user, picture_file

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class KindTests(SimpleTestCase):
    def test_every_tag_of_a_body_is_known(self):
        tags = set(body_blocks.KIND_OF_TAG) | body_blocks.PARTS | set(body_blocks.LINE_TAGS) | {"figure", "aside"}
        assert tags == markup.BLOCKS | markup.FIGURES | markup.INLINE

    def test_every_figure_of_a_body_is_a_kind(self):
        details = {"data-apart", "data-poster", "data-points", "data-source"}  # of a figure that another one names
        assert markup.ATTRIBUTES["figure"] - details == set(body_blocks.KIND_OF_FIGURE)
        assert markup.ATTRIBUTES["aside"] == set(body_blocks.KIND_OF_ASIDE)

    def test_every_format_writes_every_kind(self):
        for module in (commonmark, lexical, plain_html, word_document, wordpress_blocks):
            assert set(module.WRITERS) == set(BlockKind), module.__name__

    def test_every_kind_has_a_sample_that_is_one(self):
        assert set(SAMPLES) == set(BlockKind)
        for kind, html in SAMPLES.items():
            kinds = {block.kind for block in blocks_of(parse_body(re.sub(r"\[\w+\]", "7", html)))}
            assert kind in kinds, kind

    def test_an_unknown_tag_is_no_silence(self):
        with self.assertRaisesMessage(ValueError, "body_blocks.py"):
            body_blocks.kind_of_block(body_blocks.Element("details"))

    def test_words_between_blocks_are_paragraphs_and_pictures_apart_no_series(self):
        html = (
            'Bare <em>words</em><p>x</p><figure data-image="1"></figure><figure data-apart="" data-image="2"></figure>'
        )
        kinds = [block.kind for block in blocks_of(parse_body(html))]
        assert kinds == [BlockKind.PARAGRAPH] * 2 + [BlockKind.PICTURE] * 2


class _TextOfHtml(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.words = []
        self.feed(html)

    def handle_data(self, data):
        self.words.append(data)


def text_of_html(html):
    return " ".join(_TextOfHtml(html).words)


class BodyTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        picked = make_edition(headline="Readalsoheadline", slug="picked")
        cls.image = make_image(caption="Owncaption")
        body = whole_body(cls.image.pk, picked.article_id)
        cls.article = make_article(
            headline="The # headline",
            kicker="Kicker",
            standfirst="The *standfirst*.",
            body=body,
            authors=[make_author(name="Ana")],
            lead_image=cls.image,
            dated_corrections=[{"day": "2025-12-08", "text": "Corrected."}],
        )

    def setUp(self):
        self.story, self.around = next(with_surroundings([working_story(self.article)], "default", timezone.now()))

    def test_no_word_is_lost_in_wordpress(self):
        body = wordpress_blocks.WordPressBody("story 1", self.around)
        html = body.write(self.story.body)
        text = re.sub(r"<!-- .*? -->", "", html) + body.footnotes
        assert [word for word in WORDS if word not in text] == []

    def test_blocks_of_wordpress_nest_and_their_attributes_are_json(self):
        html = wordpress_blocks.WordPressBody("story 1", self.around).write(self.story.body)
        names = []
        comments = re.findall(r"<!-- (/?)wp:([a-z-]+) (\{.*?\} )?(/?)-->", html)
        assert len(comments) == html.count("<!--")
        for end, name, attributes, is_alone in comments:
            if attributes:
                assert isinstance(json.loads(attributes), dict)
            if end:
                assert names.pop() == name
            elif not is_alone:
                names.append(name)
        assert names == []
        assert {name for _end, name, *_rest in comments} >= {
            *("paragraph", "heading", "list", "list-item", "quote", "table", "image", "gallery", "embed", "audio"),
            *("pullquote", "group", "footnotes"),
        }

    def test_a_footnote_of_wordpress_has_the_same_name_in_text_and_meta(self):
        body = wordpress_blocks.WordPressBody("story 1", self.around)
        html = body.write(self.story.body)
        notes = json.loads(body.footnotes)
        assert re.findall(r'data-fn="([^"]+)"', html) == [note["id"] for note in notes]
        assert "noteslink" in notes[0]["content"]

    def test_signs_that_would_end_a_comment_are_coded(self):
        html = '<figure data-embed="https://youtu.be/abcdefghijk?x=--a"></figure>'
        text = wordpress_blocks.WordPressBody("x", self.around).write(html)
        attributes = re.search(r"wp:embed (\{.*?\}) -->", text)[1]
        assert "--" not in attributes
        assert json.loads(attributes)["url"].endswith("x=--a")

    def test_no_word_is_lost_in_lexical(self):
        tree = lexical.LexicalBody(self.around).write(self.story.body)
        text = json.dumps(tree, ensure_ascii=False)
        assert [word for word in WORDS if word not in text] == []

    def test_nodes_of_lexical_are_those_that_ghost_knows(self):
        tree = lexical.LexicalBody(self.around).write(self.story.body)
        kinds = set()

        def visit(node):
            kinds.add(node["type"])
            assert node["version"] == 1
            for child in node.get("children", []):
                visit(child)

        visit(tree["root"])
        assert kinds == {
            *("root", "paragraph", "extended-heading", "extended-quote", "list", "listitem", "link", "linebreak"),
            *("extended-text", "image", "gallery", "html", "bookmark"),
        }

    def test_no_word_is_lost_in_plain_html(self):
        html = plain_html.PlainHtml(self.around, lambda note: body_blocks.words_within(note)).within(
            parse_body(self.story.body)
        )
        assert [word for word in WORDS if word not in text_of_html(html)] == []

    def test_markdown_is_read_as_it_was_meant(self):
        text = commonmark.markdown_of(self.story, self.around)
        html = MarkdownIt("commonmark").enable("table").render(text)
        assert [word for word in [*WORDS, "Kicker", "Ana", "Corrected."] if word not in text_of_html(html)] == []
        assert "<h1>The # headline</h1>" in html
        assert "<strong>The *standfirst*.</strong>" in html
        assert "<strong>strongwords</strong> <em>emwords</em>" in html
        assert "1 &lt; 2 * _ [x] `" in html
        assert '<ol start="3">' in html
        assert "<blockquote>\n<p>Quotedwords</p>" in html
        assert "[^1]" in text
        assert "\n[^1]: Notewords" in text

    def test_what_would_mean_something_in_markdown_does_not(self):
        for line in [
            "# no heading",
            "- no list",
            "1. no list",
            "+ x",
            "> no quote",
            "=== x",
            "1) x",
            "a *b* _c_ <d> &amp; [e](f)",
        ]:
            article = make_article(body=f"<p>{line.replace('&', '&amp;').replace('<', '&lt;')}</p>")
            story, around = next(with_surroundings([working_story(article)], "default", timezone.now()))
            html = MarkdownIt("commonmark").render(commonmark.markdown_of(story, around)).split("</h1>\n")[1]
            assert text_of_html(html).strip() == line
            assert html.startswith("<p>")

    def test_emphasis_within_words_is_read_as_such(self):
        body = "<p>a<strong>!b!</strong>c <em>x</em><strong>y</strong> <strong> z </strong>w</p>"
        article = make_article(body=body)
        story, around = next(with_surroundings([working_story(article)], "default", timezone.now()))
        html = MarkdownIt("commonmark").render(commonmark.markdown_of(story, around)).split("</h1>\n")[1]
        assert html == "<p>a<strong>!b!</strong>c <em>x</em><strong>y</strong>  <strong>z</strong> w</p>\n"

    def test_a_word_document_has_everything_as_word_has_it(self):
        content = word_document.word_document(self.story, self.around)
        archive = zipfile.ZipFile(io.BytesIO(content))
        main, notes = (etree.fromstring(archive.read(f"word/{name}.xml")) for name in ("document", "footnotes"))
        relations = archive.read("word/_rels/document.xml.rels").decode()
        text = "".join(main.itertext()) + "".join(notes.itertext()) + relations
        assert [word for word in [*WORDS, "Kicker", "Ana", "Corrected."] if word not in text] == []
        document = Document(io.BytesIO(content))
        styles = {paragraph.style.name for paragraph in document.paragraphs if paragraph.text}
        assert styles >= {
            "Title",
            "Heading 1",
            "Heading 2",
            "List Bullet",
            "List Bullet 2",
            "List Number",
            "Quote",
            "Caption",
        }
        assert [note.get(f"{W}id") for note in notes] == ["-1", "0", "1"]
        assert [mark.get(f"{W}id") for mark in main.iter(f"{W}footnoteReference")] == ["1"]
        assert "/latest/" in relations
        assert "a.example" in archive.read("word/_rels/footnotes.xml.rels").decode()
        assert document.core_properties.title == "The # headline"
        assert f'w:lang w:val="{self.story.copy.language}"' in archive.read("word/styles.xml").decode()

    def test_a_list_of_numbers_begins_with_its_own(self):
        article = make_article(body="<ol><li>a</li></ol><p>x</p><ol><li>b</li></ol>")
        story, around = next(with_surroundings([working_story(article)], "default", timezone.now()))
        document = Document(io.BytesIO(word_document.word_document(story, around)))
        numbers = [line._p.pPr.numPr.numId.val for line in document.paragraphs if line.style.name == "List Number"]
        assert len(set(numbers)) == 2

    def test_cells_that_span_others_keep_their_place(self):
        table = parse_body(
            '<table><tbody><tr><td rowspan="2">a</td><td colspan="2">b</td></tr>'
            "<tr><td>c</td><td>d</td></tr></tbody></table>"
        )[0]
        places = [place[:4] for place in word_document._places(body_blocks.rows_of_table(table))]
        assert places == [(0, 0, 2, 1), (0, 1, 1, 2), (1, 1, 1, 1), (1, 2, 1, 1)]


class DownloadTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.article = make_article(headline="Rail", slug="rail", body="<p>Draftwords</p>")

    def download(self, name):
        self.client.force_login(make_user(roles.REPORTER))
        return self.client.get(reverse(f"admin:articles_article_{name}", args=[self.article.pk]))

    def test_whoever_reads_a_draft_takes_it_along(self):
        answer = self.download("markdown")
        assert answer.headers["Content-Disposition"] == 'attachment; filename="rail.md"'
        assert "Draftwords" in answer.content.decode()
        answer = self.download("word")
        assert answer.headers["Content-Disposition"] == 'attachment; filename="rail.docx"'
        assert "Draftwords" in [line.text for line in Document(io.BytesIO(answer.content)).paragraphs]

    def test_the_form_leads_there(self):
        self.client.force_login(make_user(roles.REPORTER))
        page = self.client.get(reverse("admin:articles_article_change", args=[self.article.pk]))
        for name in ("word", "markdown"):
            self.assertContains(page, reverse(f"admin:articles_article_{name}", args=[self.article.pk]))

    def test_a_picture_is_in_the_document_with_its_words(self):
        upload = renditions.accept_picture(picture_file())
        image = make_image(alt="Altwords", caption="Captionwords", credit="Creditwords")
        image.file.save("picture.jpg", ContentFile(upload.content))
        self.article.body = f'<figure data-image="{image.pk}"></figure>'
        self.article.save()
        archive = zipfile.ZipFile(io.BytesIO(self.download("word").content))
        assert [name for name in archive.namelist() if name.startswith("word/media/")] == ["word/media/image1.jpg"]
        text = archive.read("word/document.xml").decode()
        assert 'descr="Altwords"' in text
        assert "Captionwords Creditwords" in "".join(etree.fromstring(text.encode()).itertext())
