"""The screens by which tags, authors and sections are merged, and parted again."""

from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.test import TestCase
from django.urls import reverse
from taggit.models import Tag

from articles.desk import merges, roles
from articles.models import Article, Author, Merge, Section
from articles.tests.factories import make_article, make_author, make_chief, make_edition, make_section, make_user
from articles.tests.test_admin_article import change_address, typed

AUDIT = reverse("admin:admin_logentry_changelist")


def screen(thing, name):
    return reverse(f"admin:{thing._meta.app_label}_{thing._meta.model_name}_{name}", args=[thing.pk])


def listing(thing):
    return reverse(f"admin:{thing._meta.app_label}_{thing._meta.model_name}_changelist")


class MergeScreenTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        roles.make_groups()
        cls.chief = make_chief()
        cls.pairs = [
            (Tag.objects.create(name="Rail roads"), Tag.objects.create(name="Rail")),
            (make_author(name="A. Rail"), make_author(name="Aida Rail")),
            (make_section(name="Rail news"), make_section(name="Rail")),
        ]

    def setUp(self):
        self.client.force_login(self.chief)

    def test_the_form_and_the_list_lead_there(self):
        for gone, stays in self.pairs:
            self.assertContains(self.client.get(screen(gone, "change")), f'href="{screen(gone, "merge")}"')
            chosen = {"action": "merge_selected", "_selected_action": [gone.pk, stays.pk]}
            response = self.client.post(listing(gone), chosen)
            self.assertRedirects(response, f"{screen(stays, 'merge')}?into={gone.pk}")
            chosen = {"action": "merge_selected", "_selected_action": [gone.pk]}
            self.assertContains(self.client.post(listing(gone), chosen, follow=True), "Tick two")

    def test_the_other_is_found_by_its_name_and_offered_by_a_like_one(self):
        for gone, stays in self.pairs:
            for query in ({}, {"q": "rail"}):
                page = self.client.get(screen(gone, "merge"), query)
                self.assertContains(page, f'href="?into={stays.pk}"')
                self.assertNotContains(page, f'href="?into={gone.pk}"')
            self.assertContains(self.client.get(screen(gone, "merge"), {"q": "nothing"}), "None with these words")

    def test_it_is_shown_before_it_is_done_and_turned_round_by_a_link(self):
        for gone, stays in self.pairs:
            page = self.client.get(screen(gone, "merge"), {"into": stays.pk})
            self.assertContains(page, f"Merge “{gone}” into “{stays}”")
            self.assertContains(page, f'href="{screen(stays, "merge")}?into={gone.pk}"')
            self.assertContains(page, "What changes")
            assert type(gone).objects.filter(pk=gone.pk).exists()

    def test_done_it_is_in_the_log_twice_and_the_audit_undoes_it(self):
        for gone, stays in self.pairs:
            with self.captureOnCommitCallbacks(execute=True):
                response = self.client.post(screen(gone, "merge"), {"into": stays.pk}, follow=True)
            self.assertContains(response, f"“{gone}” is “{stays}” now, for readers too.")
            merge = Merge.objects.first()
            lines = LogEntry.objects.order_by("pk").values_list("action_flag", "object_repr", "change_message")
            assert list(lines)[-2:] == [
                (DELETION, str(gone), f"Merged into “{stays}”."),
                (CHANGE, str(stays), f"“{gone}” was merged into it."),
            ]
            undo = reverse("admin:articles_merge_undo", args=[merge.pk])
            self.assertContains(self.client.get(AUDIT), f'href="{undo}"', count=1)
            self.assertContains(self.client.get(undo), "is made again at")
            response = self.client.post(undo, follow=True)
            self.assertContains(response, f"“{gone}” and “{stays}” are two again.")
            assert type(gone).objects.filter(pk=gone.pk).exists()
            self.assertNotContains(self.client.get(AUDIT), f'href="{undo}"')
            self.assertContains(self.client.get(undo), "It was undone already.")

    def test_what_can_not_be_done_says_why_and_has_no_button(self):
        parent = self.pairs[2][0]
        make_section(parent=parent)
        child = make_section(parent=self.pairs[2][1])
        page = self.client.get(screen(parent, "merge"), {"into": child.pk})
        self.assertContains(page, "merged into one of the first level alone")
        self.assertNotContains(page, '<button type="submit" class="default">')
        page = self.client.post(screen(parent, "merge"), {"into": child.pk})
        self.assertContains(page, "merged into one of the first level alone")
        assert not Merge.objects.exists()

    def test_editors_are_named_and_given_rights_where_the_box_is_ticked(self):
        gone, stays = self.pairs[2]
        editor = make_user(roles.SECTION_EDITOR, first_name="Edil", last_name="Asan")
        gone.editors.add(editor)
        page = self.client.get(screen(gone, "merge"), {"into": stays.pk})
        self.assertContains(page, "Edil Asan")
        self.assertContains(page, "do not edit these articles any more")
        self.client.post(screen(gone, "merge"), {"into": stays.pk, "rights": "1"})
        assert stays.editors.get() == editor

    def test_what_was_interrupted_is_taken_up_again(self):
        gone, stays = self.pairs[0]
        merge = merges.moving._begin(gone, stays, self.chief, gives_rights=False)
        undo = reverse("admin:articles_merge_undo", args=[merge.pk])
        self.assertContains(self.client.get(undo), "Go on")
        with self.captureOnCommitCallbacks(execute=True):
            self.client.post(undo, {"go_on": "1"})
        merges.carry_on.func(merge.pk)
        assert not Tag.objects.filter(pk=gone.pk).exists()
        self.assertContains(self.client.post(undo, {"go_on": "1"}, follow=True), "It is done already")

    def test_a_form_that_was_open_meanwhile_is_saved_with_what_there_is_now(self):
        (tag, rail), (author, aida), (section, news) = self.pairs
        article = make_article(section=section, authors=[author], tags=[tag], further=[section])
        loaded = typed(article, headline="Typed meanwhile")
        for gone, stays in self.pairs:
            merges.start_merge(gone, stays, by=self.chief)
        response = self.client.post(change_address(article), loaded)
        assert response.status_code == 302, response.context["errors"]
        article = Article.objects.get(pk=article.pk)
        assert (article.headline, article.section) == ("Typed meanwhile", news)
        assert [byline.author for byline in article.bylines.all()] == [aida]
        assert list(article.tags.all()) == [rail]
        assert [row.section for row in article.section_rows.all()] == [news]

    def test_a_section_editor_merges_what_is_theirs_alone(self):
        editor = make_user(roles.SECTION_EDITOR)
        here = make_section()
        here.editors.add(editor)
        (gone, stays), authors, sections = self.pairs
        make_edition(section=here, tags=[gone, stays])
        self.client.force_login(editor)
        assert self.client.get(screen(authors[0], "merge")).status_code == 403
        assert self.client.get(screen(sections[0], "merge")).status_code == 403
        self.client.post(screen(gone, "merge"), {"into": stays.pk})
        assert Tag.objects.filter(pk__in=[gone.pk, stays.pk]).get() == stays
        assert (Author.objects.count(), Section.objects.filter(name__startswith="Rail").count()) == (2, 2)

    def test_list_and_page_of_merges_take_as_many_queries_however_many_there_are(self):
        address = reverse("admin:articles_merge_changelist")
        for number in range(3):
            merges.start_merge(Tag.objects.create(name=f"Old {number}"), self.pairs[0][1], by=self.chief)
        self.client.get(address)
        with self.assertNumQueries(7):
            self.client.get(address)
        for number in range(10):
            merges.start_merge(Tag.objects.create(name=f"Older {number}"), self.pairs[0][1], by=self.chief)
        with self.assertNumQueries(7):
            self.client.get(address)
