"""The picture that social networks show: drawn when an article is published, gone with what may not be shown."""

from datetime import timedelta
from io import BytesIO, StringIO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import TestCase
from django.utils import timezone
from PIL import Image as Pillow
from PIL import ImageDraw

from articles.desk import workflow
from articles.desk.roles import ADMINISTRATOR
from articles.models import Edition, SiteSettings
from articles.pictures import renditions
from articles.public import cards
from articles.tests.factories import (
    make_article,
    make_chief,
    make_edition,
    make_image,
    make_section,
    make_user,
    picture_file,
)
from ground import drawing


def real_image():
    upload = renditions.accept_picture(picture_file(size=(1000, 640)))
    image = make_image(width=upload.width, height=upload.height)
    image.file.save(f"{image.key}.jpg", ContentFile(upload.content))
    return image


class CardTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        SiteSettings.objects.create(name="The Caravan Post")
        cls.section, cls.chief = make_section(), make_chief()

    def publish(self, **fields):
        article = make_article(section=self.section, **fields)
        with self.captureOnCommitCallbacks(execute=True):
            edition = workflow.publish(article, by=self.chief)
        return Edition.objects.get(pk=edition.pk)

    def test_published_article_has_one_and_its_page_names_it(self):
        edition = self.publish(headline="Боз үй: a yurt in an hour", lead_image=real_image())
        with default_storage.open(edition.card) as file, Pillow.open(BytesIO(file.read())) as picture:
            assert (picture.size, picture.format) == (drawing.SIZE, "JPEG")
        page = self.client.get(edition.path).content.decode()
        assert f'property="og:image" content="http://testserver/media/{edition.card}"' in page
        assert '"summary_large_image"' in page
        response = self.client.get(f"/media/{edition.card}")
        assert response.headers["Content-Type"] == "image/jpeg"

    def test_article_without_a_picture_has_one_too(self):
        assert self.publish(headline="Word " * 40).card

    def test_words_of_any_length_stand_within_it(self):
        canvas = ImageDraw.Draw(Pillow.new("RGB", drawing.SIZE))
        for headline in ("Short", "Word " * 40, "Превысокомногорассмотрительствующий " * 6, "x" * 200):
            lines, face = cards._set(canvas, headline)
            assert len(lines) <= cards.MOST_LINES, headline
            if " " in headline.strip() or len(headline) < 20:
                assert all(drawing.width(canvas, line, face) < drawing.SIZE[0] - cards.EDGE for line in lines)

    def test_cancelled_schedule_and_erased_text_leave_no_card(self):
        article = make_article(section=self.section)
        with self.captureOnCommitCallbacks(execute=True):
            edition = workflow.schedule(article, by=self.chief, at=timezone.now() + timedelta(hours=1))
        card = Edition.objects.get(pk=edition.pk).card
        assert default_storage.exists(card)
        with self.captureOnCommitCallbacks(execute=True):
            workflow.cancel(Edition.objects.get(pk=edition.pk), by=self.chief)
        assert not default_storage.exists(card)
        edition = self.publish()
        with self.captureOnCommitCallbacks(execute=True):
            workflow.withdraw(edition.article, by=self.chief, reason="Wrong.")
            workflow.erase(edition, by=make_user(ADMINISTRATOR), reason="A court.")
        assert Edition.objects.get(pk=edition.pk).card == ""
        assert not default_storage.exists(edition.card)

    def test_command_draws_what_is_missing_and_names_what_fails(self):
        make_edition(section=self.section, headline="One")
        out = StringIO()
        call_command("draw_cards", stdout=out)
        assert "[1/1] One" in out.getvalue()
        make_edition(section=self.section, headline="Two", lead_image=make_image())
        with self.assertRaisesMessage(Exception, "1 of 1 cards not drawn"):
            call_command("draw_cards", stdout=StringIO())
