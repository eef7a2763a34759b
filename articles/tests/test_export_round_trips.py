"""What goes out for another system and comes in from it again says the same: text, dates, authors, terms."""

import io
import json
import re
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory

from django.test import TestCase
from django.utils import timezone
from taggit.models import Tag

from articles.body import markup, references
from articles.exporting import ghost, wordpress
from articles.exporting.body_blocks import BlockKind
from articles.importing.ghost import convert_lexical, read_ghost
from articles.importing.items import ReadingReport, SourceAuthor, SourceState, SourceStory, SourceTerm, Surroundings
from articles.importing.wordpress_text import convert_wordpress
from articles.importing.wxr import read_wxr
from articles.models.site import SiteSettings
from articles.tests.export_samples import SAMPLES
from articles.tests.factories import make_article, make_author, make_edition, make_image, make_section

IN_WORDS = {BlockKind.CHART, BlockKind.READ_ALSO}  # blocks that are words and links elsewhere


class RoundTrips(TestCase):
    @classmethod
    def setUpTestData(cls):
        SiteSettings.current().save()
        image = make_image(caption="")
        html = "".join(html for kind, html in SAMPLES.items() if kind not in IN_WORDS)
        section = make_section(name="Asia", slug="asia", parent=make_section(name="World", slug="world"))
        article = make_article(
            headline="A story & more",
            standfirst="Its standfirst.",
            body=html.replace("[picture]", str(image.pk)),
            section=section,
            further=[make_section(name="Trade", slug="trade")],
            tags=[Tag.objects.create(name="Rail", slug="rail")],
            authors=[make_author(name="Ana", slug="ana"), make_author(name="Ben", slug="ben")],
            lead_image=image,
            seo_title="For engines",
        )
        cls.edition = make_edition(article=article)
        cls.draft = make_article(headline="A draft", section=section)

    def items(self, write, read):
        out = io.StringIO()
        write(out, "default", timezone.now())
        with TemporaryDirectory() as folder:
            path = Path(folder) / "paper"
            path.write_text(out.getvalue())
            return list(read(str(path), ReadingReport()))

    def assert_same(self, items, names_of_terms):
        """Compare what came with the edition, and return its story."""
        stories = {item.title: item for item in items if isinstance(item, SourceStory)}
        names = {item.key: item.name for item in items if isinstance(item, SourceAuthor | SourceTerm)}
        story = stories[self.edition.headline]
        assert story.state == SourceState.PUBLISHED
        assert stories["A draft"].state == SourceState.DRAFT
        assert story.standfirst == self.edition.standfirst
        assert story.published_at.astimezone(UTC) == self.edition.published_at
        assert [names[key] for key in story.authors] == ["Ana", "Ben"]
        assert [names[key] for key in story.terms] == names_of_terms
        assert story.slug == self.edition.slug
        assert story.seo_title == "For engines"
        assert story.lead_media
        return story

    def plain(self, html):
        """The words of a text, without the signs by which lines of it are told apart."""
        text = markup.plain_text(markup.clean(re.sub(r'data-media="[^"]*"', 'data-image="1"', html)))
        return text.replace(",", "").split()

    def test_ours_to_wordpress_to_ours(self):
        story = self.assert_same(self.items(wordpress.write_wxr, read_wxr), ["Asia", "Trade", "Rail"])
        notes = json.loads(dict(story.attributes)["footnotes"])
        around = Surroundings(key=story.key, footnotes={note["id"]: note["content"] for note in notes})
        html = convert_wordpress(story.text, around).html
        link = "<p>https://unknown.example/page</p>"  # no site that is known: a link, as WordPress shows it
        body = self.edition.body.replace('<figure data-embed="https://unknown.example/page"></figure>', link)
        assert self.plain(html) == self.plain(references.thaw_rates(body))
        assert markup.clean(html).count("data-footnote") == 1
        assert html.count("data-media") == 3

    def test_translations_are_still_linked_when_they_come_from_wordpress(self):
        translation = make_article(headline="Перевод", language="ru", translation_of=self.edition.article)
        alone = make_article(headline="Alone", language="uz-Cyrl")
        stories = {item.title: item for item in self.items(wordpress.write_wxr, read_wxr) if hasattr(item, "title")}
        words = {title: (story.language, story.translation_of) for title, story in stories.items()}
        group = words[self.edition.headline][1]
        assert group
        assert words[self.edition.headline] == ("en", group)
        assert words[translation.headline] == ("ru", group)
        assert words[alone.headline] == ("uz-Cyrl", "")

    def test_ours_to_ghost_to_ours(self):
        story = self.assert_same(self.items(ghost.write_ghost, read_ghost), ["Asia", "Trade", "Rail"])
        html = convert_lexical(story.text, Surroundings(key=story.key)).html
        text = " ".join(self.plain(html))
        assert [word for word in self.plain(self.edition.body) if word not in text] == []
        assert html.count("data-media") == 3
