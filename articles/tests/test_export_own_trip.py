"""The paper's own export fills an empty paper that says the same."""

import io
import json
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.files.base import ContentFile
from django.test import TestCase
from django.utils import timezone
from taggit.models import Tag

from articles import models
from articles.exporting.body_blocks import BlockKind
from articles.exporting.own import shape
from articles.exporting.own.archive import OwnExport
from articles.importing.running import ImportOrder, run_import
from articles.models.site import SiteSettings
from articles.pictures import renditions
from articles.tests.export_samples import SAMPLES
from articles.tests.factories import (
    make_article,
    make_author,
    make_edition,
    make_image,
    make_section,
    picture_file,
)

EMPTIED = [  # in an order that foreign keys allow
    *(models.EditionByline, models.EditionSection, models.EditionTag, models.EditionImage, models.EditionCorrection),
    *(models.Edition, models.Address, models.Article, models.FlatPage, models.Author, models.TagKey, Tag, models.Image),
]


def export_paper():
    """An export and the checksums of what it says."""
    buffer = io.BytesIO()
    OwnExport("default", timezone.now()).write(buffer)
    manifest = json.loads(zipfile.ZipFile(buffer).read(shape.MANIFEST))
    return buffer.getvalue(), manifest["contents"]


class OwnTripTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        SiteSettings.current().save()
        image = make_image(title="Lake", alt="A lake", caption="Lakecaption", credit="Ana")
        image.file.save("lake.jpg", ContentFile(renditions.accept_picture(picture_file()).content))
        world = make_section(name="World", slug="world")
        author = make_author(name="Ana", slug="ana", biography="Writes.")
        html = "".join(html for kind, html in SAMPLES.items() if kind != BlockKind.READ_ALSO)  # numbers of this paper
        article = make_article(
            headline="A story",
            slug="a-story",
            standfirst="Its standfirst.",
            body=html.replace("[picture]", str(image.pk)),
            section=make_section(name="Asia", slug="asia", parent=world),
            further=[world],
            tags=[Tag.objects.create(name="Rail", slug="rail")],
            authors=[author],
            lead_image=image,
            lead_caption="Its own caption",
            dated_corrections=[{"day": "2025-12-09", "text": "It was wrong."}],
            seo_title="For engines",
            language="ru",
        )
        make_edition(article=article)
        make_article(headline="A draft", slug="a-draft", section=world, authors=[author])
        models.FlatPage.objects.create(title="About", slug="about", body="<p>Words</p>", description="Of it")

    def test_ours_to_an_empty_paper_says_the_same(self):
        content, contents = export_paper()
        models.Section.objects.exclude(parent=None).update(parent=None)
        for model in [*EMPTIED, models.Section]:
            model.objects.all().delete()
        with TemporaryDirectory() as folder:
            path = Path(folder) / "paper.zip"
            path.write_bytes(content)
            run_import("moved", ImportOrder(str(path), format="own", media=str(path)))
        assert export_paper()[1] == contents
        assert {kind: row["count"] for kind, row in contents.items()} == {
            **dict.fromkeys(["author", "page", "picture", "tag"], 1),
            **dict.fromkeys(["section", "story"], 2),
        }
