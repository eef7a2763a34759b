"""Preview links: what whoever has one reads and may leave, until when, and that nothing else leads there."""

from datetime import timedelta

from django.contrib.admin.models import LogEntry
from django.test import Client, TestCase
from django.utils import timezone

from articles.desk import roles, shared_preview, workflow
from articles.desk.workflow import WorkflowError
from articles.models import Article, Edition, Note, PreviewLink, Revision, SiteSettings
from articles.tests.factories import make_article, make_author, make_chief, make_edition, make_section, make_user
from articles.tests.test_admin_article import DeskTestCase, change_address


def in_days(days):
    return timezone.now() + timedelta(days=days)


class PreviewPageTests(TestCase):
    def setUp(self):
        self.chief = make_chief()
        self.article = make_article(headline="First words", body="<p>First text.</p>", authors=[make_author()])
        workflow.saved(self.article, by=self.chief)

    def share(self, **more):
        return workflow.share(self.article, by=self.chief, **{"until": in_days(7)} | more)

    def rewrite(self):
        self.article.headline, self.article.body = "Second words", "<p>Second text.</p>"
        self.article.save()
        workflow.saved(self.article, by=self.chief)

    def test_link_follows_the_newest_save(self):
        link = self.share()
        self.assertContains(self.client.get(link.get_absolute_url()), "First words")
        self.rewrite()
        page = self.client.get(link.get_absolute_url())
        self.assertContains(page, "Second text.")
        self.assertNotContains(page, "First")

    def test_pinned_link_shows_its_version_for_ever(self):
        self.article.tags.add("Rail")
        self.article.section_rows.create(section=make_section(name="Far country"))
        workflow.saved(self.article, by=self.chief)
        link = self.share(revision=self.article.revisions.first())
        self.rewrite()
        self.article.tags.clear()
        page = self.client.get(link.get_absolute_url())
        for words in ("First words", "First text.", "version 2", "Rail", "Far country"):
            self.assertContains(page, words)
        self.assertNotContains(page, "Second")

    def test_pinned_version_leaves_out_what_is_gone(self):
        author = self.article.bylines.get().author
        revision = self.article.revisions.get()
        revision.snapshot |= {"lead_image_id": 999, "section_id": 999, "further_sections": [999], "tags": ["Gone"]}
        del revision.snapshot["dated_corrections"]
        revision.save()
        page = self.client.get(self.share(revision=revision).get_absolute_url())
        self.assertContains(page, author.name)
        self.assertContains(page, "First text.")

    def test_page_is_for_nobody_to_keep_or_to_follow(self):
        response = self.client.get(self.share().get_absolute_url())
        assert response["Cache-Control"] == "no-store, private"
        assert "noindex" in response["X-Robots-Tag"]
        assert response["Referrer-Policy"] == "no-referrer"
        self.assertContains(response, '<meta name="robots" content="noindex, nofollow">')
        self.assertContains(response, "Preview: not published.")
        for absent in ("og:title", 'rel="canonical"', "application/ld+json"):
            self.assertNotContains(response, absent)

    def test_looking_publishes_nothing_and_is_remembered(self):
        link = self.share()
        self.client.get(link.get_absolute_url())
        link.refresh_from_db()
        assert link.opened_at
        assert not Edition.objects.exists()

    def test_every_link_that_leads_nowhere_answers_the_same(self):
        over, revoked, trashed = self.share(), self.share(), self.share()
        PreviewLink.objects.filter(pk=over.pk).update(expires_at=timezone.now())
        workflow.revoke(revoked, by=self.chief)
        forged = trashed.get_absolute_url().replace(":", "x:")
        answers = [self.client.get(link.get_absolute_url()) for link in (over, revoked)]
        answers += [self.client.get(path) for path in (forged, "/preview/x/", "/preview/" + "a" * 5000 + "/")]
        Article.objects.update(trashed_at=timezone.now())
        answers.append(self.client.get(trashed.get_absolute_url()))
        answers.append(self.client.post(trashed.get_absolute_url(), {"name": "N", "text": "T", "note": ""}))
        for response in answers:
            assert response.status_code == 410
            assert response.content == answers[0].content
            assert response["Cache-Control"] == "no-store, private"
            self.assertNotContains(response, "First words", status_code=410)
        assert not Note.objects.exists()

    def test_link_does_not_outlive_three_months(self):
        for until in (in_days(91), in_days(-1), timezone.now()):
            with self.assertRaises(WorkflowError):
                self.share(until=until)
        assert self.share(until=in_days(89))


class NotesByLinkTests(TestCase):
    def setUp(self):
        self.chief = make_chief()
        self.article = make_article()
        workflow.saved(self.article, by=self.chief)
        self.link = workflow.share(self.article, by=self.chief, until=in_days(7), takes_notes=True)

    def leave(self, link=None, **data):
        return self.client.post((link or self.link).get_absolute_url(), data)

    def test_note_is_kept_with_name_link_and_version(self):
        response = self.leave(name=" Dr  Asel\x07 ", text="The third figure is wrong.", note="")
        assert response.status_code == 302
        self.assertContains(self.client.get(response.url), "Thank you")
        note = self.article.notes.get()
        assert (note.name, note.text, note.approves) == ("Dr Asel", "The third figure is wrong.", False)
        assert (note.link, note.version, note.by) == (self.link, 1, None)

    def test_approval_goes_without_words_and_gives_no_right(self):
        self.leave(name="Asel", approve="")
        note = self.article.notes.get()
        self.article.refresh_from_db()
        assert (note.approves, note.text, self.article.stage) == (True, "", "draft")

    def test_note_on_a_pinned_link_speaks_of_its_version(self):
        revision = Revision.objects.get()
        workflow.saved(self.article, by=self.chief)
        link = workflow.share(self.article, by=self.chief, until=in_days(7), revision=revision, takes_notes=True)
        self.leave(link, name="Asel", text="Good", note="")
        assert Note.objects.get().version == 1

    def test_incomplete_or_too_long_is_refused_with_what_was_typed(self):
        cases = [
            ({"name": "", "text": "Typed", "note": ""}, "This field is required"),
            ({"name": "Asel", "text": " ", "note": ""}, "Write the note."),
            ({"name": "Asel", "text": "x" * 2001, "note": ""}, "At most 2000 characters"),
            ({"name": "N" * 121, "text": "Typed", "approve": ""}, "at most 120 characters"),
            ({"name": "\x00", "text": "\x00", "note": ""}, "This field is required"),
        ]
        for data, words in cases:
            with self.subTest(words):
                response = self.leave(**data)
                self.assertContains(response, words)
                assert response["Cache-Control"] == "no-store, private"
        self.assertContains(self.leave(name="", text="Half a thought", note=""), "Half a thought")
        assert not Note.objects.exists()

    def test_link_without_notes_takes_none(self):
        link = workflow.share(self.article, by=self.chief, until=in_days(7))
        self.assertNotContains(self.leave(link, name="Asel", text="Hello", note=""), "Send a note to the newsroom")
        assert not Note.objects.exists()

    def test_flooded_link_takes_no_more(self):
        for _ in range(shared_preview.MOST_NOTES):
            Note.objects.create(article=self.article, link=self.link, name="Flood", text="x")
        self.assertContains(self.leave(name="Asel", text="One more", note=""), "no longer accepts notes")
        assert self.link.notes.count() == shared_preview.MOST_NOTES

    def test_note_from_another_site_is_refused(self):
        strict = Client(enforce_csrf_checks=True)
        path = self.link.get_absolute_url()
        assert strict.post(path, {"name": "Asel", "text": "Forged", "note": ""}).status_code == 403
        strict.get(path)
        data = {"name": "Asel", "text": "Honest", "note": "", "csrfmiddlewaretoken": strict.cookies["csrftoken"].value}
        assert strict.post(path, data).status_code == 302


class SharingTests(DeskTestCase):
    def setUp(self):
        roles.make_groups()
        self.chief = self.log_in(make_chief())
        self.article = make_article(headline="As saved")

    def share(self, **changes):
        self.article.refresh_from_db()
        wanted = {"share_shows": "newest", "share_days": "7", "_share": "1"}
        return self.send(self.article, **wanted | changes)

    def test_button_saves_the_text_and_makes_a_link_for_a_week(self):
        response = self.share(headline="Typed just now")
        self.article.refresh_from_db()
        link = self.article.preview_links.get()
        assert self.article.headline == "Typed just now"
        assert timedelta(days=6, hours=23) < link.expires_at - timezone.now() <= timedelta(days=7)
        assert (link.revision, link.takes_notes, link.created_by) == (None, False, self.chief)
        self.assertContains(self.client.get(response.url), f"http://testserver{link.get_absolute_url()}")
        assert "Preview link made" in LogEntry.objects.first().get_change_message()

    def test_link_for_this_version_with_notes_until_a_day(self):
        zone = SiteSettings.current().zone
        day = in_days(3).astimezone(zone).strftime("%Y-%m-%dT%H:%M")
        self.share(share_shows="pinned", share_days="date", share_until=day, share_takes_notes="on")
        link = self.article.preview_links.get()
        assert link.takes_notes
        assert link.revision.version == Article.objects.get(pk=self.article.pk).version
        assert link.expires_at.astimezone(zone).strftime("%Y-%m-%dT%H:%M") == day

    def test_wrong_wishes_are_refused_in_words_and_the_text_stays_saved(self):
        far = timezone.localtime(in_days(100)).strftime("%Y-%m-%dT%H:%M")
        cases = [
            ({"share_days": "date"}, "Choose the day"),
            ({"share_days": "date", "share_until": far}, "at most 90 days"),
            ({"share_days": "date", "share_until": "soon"}, "No link was made"),
            ({"share_days": "365"}, "No link was made"),
            ({"share_shows": "everything"}, "No link was made"),
        ]
        for number, (changes, words) in enumerate(cases):
            with self.subTest(words):
                response = self.share(headline=f"Text {number}", **changes)
                self.assertContains(self.client.get(response.url), words)
                self.article.refresh_from_db()
                assert self.article.headline == f"Text {number}"
        assert not PreviewLink.objects.exists()

    def test_link_is_revoked_even_when_the_form_can_not_be_saved(self):
        self.share()
        link = PreviewLink.objects.get()
        self.article.refresh_from_db()
        self.send(self.article, _revoke_link=link.pk, headline="")
        link.refresh_from_db()
        assert link.revoked_at
        assert self.client.get(link.get_absolute_url()).status_code == 410
        assert any("revoked" in entry.get_change_message() for entry in LogEntry.objects.all())

    def test_link_of_another_article_is_not_revoked_here(self):
        link = workflow.share(make_article(), by=self.chief, until=in_days(7))
        for text in (link.pk, "x", "9" * 40, ""):
            self.send(self.article, _revoke_link=text)
        link.refresh_from_db()
        assert link.revoked_at is None

    def test_reporter_shares_their_own_at_any_stage_and_nothing_else(self):
        reporter = self.log_in(make_user(roles.REPORTER))
        mine = make_article(created_by=reporter, stage="in_review")
        wanted = {"_share": "1", "share_shows": "newest", "share_days": "1", "version": mine.version}
        self.client.post(change_address(mine), wanted)
        assert mine.preview_links.get().created_by == reporter
        self.client.post(change_address(mine), {"_revoke_link": mine.preview_links.get().pk})
        assert mine.preview_links.get().revoked_at
        self.client.post(change_address(self.article), wanted)
        foreign = workflow.share(self.article, by=self.chief, until=in_days(7))
        self.client.post(change_address(self.article), {"_revoke_link": foreign.pk})
        assert self.article.preview_links.get().revoked_at is None
        page = self.page(self.article)
        self.assertNotContains(page, foreign.get_absolute_url())
        self.assertNotContains(page, 'name="_share"')

    def test_section_editor_shares_in_their_sections_alone(self):
        editor = self.log_in(make_user(roles.SECTION_EDITOR))
        self.article.section.editors.add(editor)
        other = make_article()
        assert roles.may(editor, "share", self.article)
        assert not roles.may(editor, "share", other)
        with self.assertRaises(WorkflowError):
            workflow.share(other, by=editor, until=in_days(1))

    def test_address_of_a_link_is_nowhere_public(self):
        edition = make_edition(headline="Live")
        link = workflow.share(edition.article, by=self.chief, until=in_days(7))
        self.client.logout()
        for path in ("/", edition.path, "/latest/", "/feed/", "/sitemap.xml", "/news-sitemap.xml"):
            assert link.key not in b"".join(self.client.get(path)).decode()
        self.assertContains(self.client.get("/robots.txt"), "Disallow: /preview/")
