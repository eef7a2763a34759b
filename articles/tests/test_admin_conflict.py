"""Two people on one article: neither text is ever lost, and what does not clash is merged by one button."""

import re

from django.test import Client
from django.urls import reverse

from articles.desk import roles, workflow
from articles.models import Article, Autosave
from articles.tests.factories import make_article, make_author, make_section, make_user
from articles.tests.test_admin_article import DeskTestCase, change_address, typed

BODY = "<p>The caravan left the city at dawn with forty camels.</p><p>Nobody at the inn had heard of them.</p>"


class ConflictTestCase(DeskTestCase):
    def setUp(self):
        self.me = self.log_in(make_user(roles.CHIEF_EDITOR, username="me"))
        self.other = make_user(roles.CHIEF_EDITOR, username="the-other")
        self.first, self.second = make_author(name="First"), make_author(name="Second")
        self.load()

    def load(self):
        self.article = make_article(headline="Base", body=BODY, authors=[self.first], tags=["Rail"])
        self.loaded = typed(self.article)

    def they_save(self, **changes):
        client = Client()
        client.force_login(self.other)
        response = client.post(change_address(self.article), self.loaded | {"_continue": "1"} | changes)
        assert response.status_code == 302

    def i_send(self, **changes):
        return self.client.post(change_address(self.article), self.loaded | changes)

    def stored(self):
        return Article.objects.get(pk=self.article.pk)


class RefusalTests(ConflictTestCase):
    def test_first_save_keeps_what_was_there_before(self):
        self.they_save(headline="Theirs")
        first, second = self.stored().revisions.order_by("version")
        assert (first.version, first.snapshot["headline"]) == (0, "Base")
        assert (second.version, second.snapshot["headline"]) == (1, "Theirs")

    def test_both_texts_stand_side_by_side_with_their_words_marked(self):
        self.they_save(body=BODY.replace("forty", "fifty"), headline="Theirs")
        page = self.i_send(body=BODY.replace("inn", "house"), headline="Mine", _continue="1")
        for part in ("Saved by the-other", "<ins>fifty</ins>", "<ins>house</ins>"):
            self.assertContains(page, part)
        self.assertContains(page, 'name="_choose_headline" value="mine"')
        self.assertContains(page, '<input type="radio" name="_choose_body" value="merged" checked>', html=True)
        self.assertContains(page, "Mine</textarea>")

    def test_each_side_shows_what_its_writer_changed_and_nothing_new_is_struck_through(self):
        self.load()
        country = make_section(name="Newland")
        theirs = {
            "headline": "Theirs",
            "standfirst": "Brought",
            "body": BODY.replace("forty", "fifty").replace("</p>", " Added.</p>", 1) + "<p>Wholly theirs.</p>",
            "tags": "Rail, Water",
            "further_sections": [country.pk],
            "bylines-1-author": self.second.pk,
            "bylines-1-order": 1,
        }
        mine = {"headline": "Mine", "standfirst": "Written", "body": BODY.replace("forty", "sixty") + "<p>My own.</p>"}
        self.they_save(**theirs)
        page = self.i_send(**mine, tags="Rail, Grain", _continue="1").content.decode()
        newer = page.partition('<section class="newer"')[2].partition("</section>")[0]
        struck = " ".join(re.findall(r"<del>(.*?)</del>", newer))
        put_in = " ".join(re.findall(r"<ins>(.*?)</ins>", newer))
        for word in ("Theirs", "Brought", "fifty", "Added", "Wholly", "Water", "Newland", "Second"):
            with self.subTest(word):
                assert word in put_in
                assert word not in struck
        for word in ("Mine", "Written", "sixty", "own", "Grain"):
            with self.subTest(word):
                assert word in put_in
                assert word not in struck
        assert "forty" in struck
        assert "what its writer took out" in newer
        for one in re.findall(r'<div class="compared was">(.*?)</div>', newer, re.DOTALL):
            assert "<del>" not in one
            assert "<ins>" not in one

    def test_without_the_text_that_both_began_with_nothing_is_marked(self):
        self.they_save(body=BODY.replace("forty", "fifty"), headline="Theirs")
        self.article.revisions.filter(version=0).delete()
        page = self.i_send(body=BODY.replace("forty", "sixty"), headline="Mine", _continue="1")
        newer = page.content.decode().partition('<section class="newer"')[2].partition("</section>")[0]
        assert "not known any more" in newer
        assert "<del>" not in newer
        assert "<ins>" not in newer
        assert "fifty" in newer
        assert "sixty" in newer

    def test_what_a_field_refuses_survives_the_merge_as_it_was_typed(self):
        refused = {
            "tags": {"tags": "Rail, Steppe, " + "x" * 120},
            "related": {"related": "/no/such/article/"},
            "dated_corrections": {"dated_corrections-text": "Without a day.", "dated_corrections-day": ""},
        }
        for name, typed_in in refused.items():
            text = next(iter(typed_in.values()))
            for theirs in ({"headline": "Theirs"}, {"headline": "Theirs", "tags": "Rail, Water"}):
                with self.subTest(name, theirs=list(theirs)):
                    self.load()
                    self.they_save(**theirs)
                    page = self.i_send(**typed_in, _merge="1")
                    form = page.context["adminform"].form
                    assert list(form.errors) == [name]
                    assert text in str(form[name].value())
                    kept = Autosave.objects.open().get(article=self.article).fields
                    assert kept[next(iter(typed_in))] == [text]

    def test_what_was_typed_is_kept_as_an_autosave_at_once(self):
        self.they_save(headline="Theirs")
        self.i_send(headline="Mine", _continue="1")
        row = Autosave.objects.open().get()
        assert (row.user, row.fields["headline"], row.base_version) == (self.me, ["Mine"], 0)

    def test_rows_that_somebody_changed_meanwhile_do_not_break_the_form(self):
        self.they_save(**{"bylines-0-author": self.second.pk})
        page = self.i_send(headline="Mine", _continue="1")
        self.assertNotContains(page, "Select a valid choice")
        self.i_send(headline="Mine", _overwrite="1")
        assert self.stored().headline == "Mine"
        assert list(self.stored().bylines.values_list("author", flat=True)) == [self.first.pk]


class MergeTests(ConflictTestCase):
    def test_one_click_takes_what_each_changed(self):
        country = make_section()
        theirs = {"body": BODY.replace("forty", "fifty"), "standfirst": "Theirs", "tags": "Rail, Trade"}
        self.they_save(**theirs, **{"bylines-1-author": self.second.pk, "bylines-1-order": 1})
        mine = {"body": BODY.replace("inn", "house"), "headline": "Mine", "further_sections": [country.pk]}
        response = self.i_send(**mine, _merge="1", window="window-of-mine")
        self.assertRedirects(response, change_address(self.article))
        merged = self.stored()
        assert merged.body == BODY.replace("forty", "fifty").replace("inn", "house")
        assert (merged.headline, merged.standfirst, merged.version) == ("Mine", "Theirs", 2)
        assert [byline.author.name for byline in merged.bylines.select_related("author")] == ["First", "Second"]
        assert {tag.name for tag in merged.tags.all()} == {"Rail", "Trade"}
        assert list(merged.further_sections.all()) == [country]
        assert merged.revisions.get(version=2).note == "Merged with version 1"

    def test_correction_of_the_other_is_not_lost(self):
        workflow.publish(self.article, by=self.me)
        self.article.refresh_from_db()
        rows = {"dated_corrections-day": "", "dated_corrections-text": ""}
        self.loaded = typed(self.article) | rows
        theirs = {"dated_corrections-day": "2025-12-08", "dated_corrections-text": "Fifty camels, not forty."}
        self.they_save(**theirs)
        self.i_send(body=BODY.replace("inn", "house"), _merge="2", window="window-of-mine")
        merged = self.stored()
        assert merged.dated_corrections == [{"day": "2025-12-08", "text": "Fifty camels, not forty."}]
        assert "house" in merged.body

    def test_author_whom_both_added_breaks_nothing(self):
        added = {"bylines-1-author": self.second.pk, "bylines-1-order": 1}
        self.they_save(**added)
        live = reverse("admin:articles_article_live_preview", args=[self.article.pk])
        assert self.client.post(live, self.loaded | added).status_code == 200

    def test_only_real_clashes_stay_to_choose(self):
        self.they_save(headline="Theirs", standfirst="From them")
        page = self.i_send(headline="Mine", kicker="From me", _merge="1")
        self.assertContains(page, "left to choose: Headline")
        self.assertContains(page, "From them</textarea>")
        self.assertNotContains(page, 'name="_choose_standfirst"')
        assert self.stored().headline == "Theirs"
        assert Autosave.objects.open().get().fields["kicker"] == ["From me"]

    def test_chosen_fields_are_taken(self):
        self.they_save(headline="Theirs", standfirst="From them", kicker="A")
        choices = {"_choose_headline": "theirs", "_choose_standfirst": "mine", "_choose_kicker": "mine"}
        self.i_send(headline="Mine", standfirst="From me", kicker="B", _merge="1", **choices)
        merged = self.stored()
        assert (merged.headline, merged.standfirst, merged.kicker) == ("Theirs", "From me", "B")

    def test_clash_within_a_body_loses_nothing_of_the_rest(self):
        self.they_save(body=BODY.replace("forty", "fifty") + "<p>More of theirs.</p>")
        mine = {"body": BODY.replace("forty", "sixty").replace("inn", "house")}
        page = self.i_send(**mine, _merge="1")
        self.assertContains(page, "mine where we changed the same words")
        self.i_send(**mine, _merge="1", _choose_body="merged_theirs")
        assert self.stored().body == BODY.replace("forty", "fifty").replace("inn", "house") + "<p>More of theirs.</p>"

    def test_merge_knows_only_the_version_it_showed(self):
        self.they_save(headline="Theirs")
        self.loaded["version"] = 1
        self.they_save(headline="Theirs again")
        self.loaded["version"] = 0
        page = self.i_send(kicker="From me", _merge="1")
        self.assertContains(page, "once more while you were choosing")
        assert self.stored().version == 2

    def test_forged_choices_choose_nothing(self):
        self.they_save(headline="Theirs")
        page = self.i_send(headline="Mine", _merge="1", _choose_headline="nobody", _choose_body="merged_mine")
        self.assertContains(page, "left to choose: Headline")

    def test_embargo_that_differs_is_chosen_by_a_person(self):
        self.they_save(embargo_until="2099-01-01T10:00")
        page = self.i_send(headline="Mine", embargo_until="", _merge="1")
        self.assertContains(page, "left to choose: Embargo until")
        self.i_send(headline="Mine", embargo_until="", _merge="1", _choose_embargo_until="theirs")
        assert (self.stored().headline, self.stored().embargo_until.year) == ("Mine", 2099)

    def test_without_the_text_of_the_loaded_version_everything_that_differs_is_chosen_by_a_person(self):
        self.they_save(headline="Theirs", kicker="Theirs")
        self.stored().revisions.filter(version=0).delete()
        page = self.i_send(headline="Mine", _merge="1")
        self.assertContains(page, "left to choose: Headline, Kicker")

    def test_same_text_on_another_version_is_merged_without_a_question(self):
        self.they_save(headline="Same")
        page = self.i_send(headline="Same", _continue="1")
        self.assertContains(page, "say the same")
        assert self.i_send(headline="Same", _merge="1").status_code == 302

    def test_nobody_merges_what_they_may_not_edit(self):
        self.they_save(headline="Theirs")
        self.log_in(make_user(roles.REPORTER))
        assert self.i_send(headline="Mine", _merge="1", _choose_headline="mine").status_code == 403
        assert self.stored().headline == "Theirs"
