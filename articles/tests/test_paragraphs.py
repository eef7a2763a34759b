"""Where two people changed the same paragraphs, each is asked about by itself, and those of both can be kept."""

import re

from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from articles.body.markup import clean, plain_text
from articles.desk.text_merge import MOST_BLOCKS, merged_body, stretches
from articles.models import Autosave
from articles.tests.factories import make_author
from articles.tests.test_admin_conflict import ConflictTestCase
from articles.tests.test_text_merge import BODY, FIRST, SECOND, THIRD

CHOICES = ["theirs", "mine", "theirs_mine", "mine_theirs"]
OTHER = "<p>Forty camels, and a wind that nobody would ever forget again.</p>"
ANOTHER = "<p>At the gate the traders paid with silver, cloth and salt.</p>"


def words(html):
    return set(plain_text(html).split())


def asked(found):
    return [one for one in found if one.taken is None]


class AnyTextTests(SimpleTestCase):
    @given(st.none() | BODY, BODY, BODY, st.data())
    def test_no_word_of_either_is_lost_where_both_are_kept(self, base, mine, theirs, data):
        found = stretches(base, mine, theirs)
        known = words(base or "")
        kept = merged_body(found, [data.draw(st.sampled_from(list(one.ways)[-2:])) for one in asked(found)])
        for side in (mine, theirs):
            if all(one.mine and one.theirs for one in asked(found)):
                assert words(side) - known <= words(kept)
        for choice, side in (("mine", mine), ("theirs", theirs)):
            assert words(side) - known <= words(merged_body(found, [choice] * len(asked(found))))

    @given(st.none() | BODY, BODY, BODY, st.data())
    def test_whatever_is_chosen_passes_the_sanitizer(self, base, mine, theirs, data):
        found = stretches(base, mine, theirs)
        text = merged_body(found, [data.draw(st.sampled_from(list(one.ways))) for one in asked(found)])
        assert text == clean(text)

    @given(BODY, BODY)
    def test_what_one_alone_changed_is_not_asked_about(self, base, other):
        if clean(base):
            for pair in ((base, other), (other, base), (other, other)):
                found = stretches(base, *pair)
                assert not asked(found)
                assert words(merged_body(found, [])) == words(other)


class StretchTests(SimpleTestCase):
    def ask(self, base, mine, theirs):
        return [(one.mine, one.theirs) for one in asked(stretches(base, mine, theirs))]

    def test_each_paragraph_that_both_rewrote_is_asked_about_by_itself(self):
        mine, theirs = OTHER + SECOND + ANOTHER, ANOTHER + SECOND + OTHER
        assert self.ask(FIRST + SECOND + THIRD, mine, theirs) == [(OTHER, ANOTHER), (ANOTHER, OTHER)]

    def test_new_paragraph_beside_a_changed_one_is_kept_whatever_is_chosen(self):
        mine, theirs = FIRST.replace("forty", "fifty") + SECOND, FIRST.replace("forty", "sixty")
        found = stretches(FIRST, mine, theirs)
        assert [one.mine for one in asked(found)] == [FIRST.replace("forty", "fifty")]
        assert merged_body(found, ["theirs"]) == theirs + SECOND
        assert merged_body(found, ["mine_theirs"]) == FIRST.replace("forty", "fifty") + theirs + SECOND

    def test_paragraph_in_which_each_changed_other_words_is_merged_and_not_asked_about(self):
        mine, theirs = FIRST.replace("forty", "fifty"), FIRST.replace("drivers", "drivers, singing")
        found = stretches(FIRST + SECOND, mine + OTHER, theirs + ANOTHER)
        assert [(one.mine, one.theirs) for one in asked(found)] == [(OTHER, ANOTHER)]
        assert merged_body(found, ["theirs_mine"]) == mine.replace("drivers", "drivers, singing") + ANOTHER + OTHER

    def test_paragraph_that_one_took_out_can_be_kept_or_left_out_but_not_both(self):
        found = stretches(FIRST + SECOND, FIRST, FIRST + SECOND.replace("noon", "night"))
        assert list(asked(found)[0].ways) == ["theirs", "mine"]
        assert merged_body(found, ["mine"]) == FIRST

    def test_two_texts_written_from_nothing_are_asked_about_where_they_differ(self):
        assert self.ask("", FIRST + SECOND, FIRST + THIRD) == [(SECOND, THIRD)]
        assert self.ask(None, FIRST + SECOND, FIRST) == [(SECOND, "")]

    def test_very_long_texts_are_one_question(self):
        long = "<p>a</p>" * (MOST_BLOCKS + 1)
        assert self.ask(long, long + FIRST, long + SECOND) == [(long + FIRST, long + SECOND)]


class ChoosingTests(ConflictTestCase):
    BODY = FIRST + SECOND + THIRD
    MINE = OTHER + SECOND + ANOTHER
    THEIRS = ANOTHER + SECOND + OTHER

    def setUp(self):
        super().setUp()
        self.article.body = self.BODY
        self.article.save()
        self.loaded["body"] = self.BODY
        self.they_save(body=self.THEIRS)

    def names(self, page):
        return list(dict.fromkeys(re.findall(r'name="(_paragraph_\w+)"', page.content.decode())))

    def test_each_paragraph_is_asked_about_with_the_order_of_both_said(self):
        page = self.i_send(body=self.MINE, _continue="1")
        assert len(self.names(page)) == 2
        for words_ in ("Changed by both, 1 of 2", "Both: theirs, then mine", "Both: mine, then theirs"):
            self.assertContains(page, words_)

    def test_chosen_paragraphs_of_both_are_saved_in_the_order_chosen(self):
        first, second = self.names(self.i_send(body=self.MINE, _continue="1"))
        response = self.i_send(body=self.MINE, _merge="1", **{first: "theirs_mine", second: "mine"})
        assert response.status_code == 302
        assert self.stored().body == ANOTHER + OTHER + SECOND + ANOTHER

    def test_paragraph_that_is_left_to_choose_loses_no_choice_and_nothing_typed(self):
        window = {"window": "window-of-mine"}
        first, _second = self.names(self.i_send(body=self.MINE, _continue="1", **window))
        page = self.i_send(body=self.MINE, _merge="1", **{first: "mine_theirs"}, **window)
        self.assertContains(page, "left to choose: Body")
        self.assertContains(page, f'<input type="radio" name="{first}" value="mine_theirs" checked>', html=True)
        assert self.stored().body == self.THEIRS
        assert Autosave.objects.open().get().fields["body"] == [self.MINE]

    def test_answer_counts_for_the_words_that_it_was_given_to_alone(self):
        first, second = self.names(self.i_send(body=self.MINE, _continue="1"))
        changed = self.MINE.replace("Forty camels", "Fifty camels")
        page = self.i_send(body=changed, _merge="1", **{first: "mine", second: "mine"})
        self.assertContains(page, "left to choose: Body")
        assert second in self.names(page)
        assert first not in self.names(page)

    def test_one_text_as_a_whole_can_still_be_taken(self):
        first, _second = self.names(self.i_send(body=self.MINE, _continue="1"))
        self.i_send(body=self.MINE, _merge="1", _choose_body="mine", **{first: "theirs"})
        assert self.stored().body == self.MINE

    def test_forged_answers_choose_nothing(self):
        first, second = self.names(self.i_send(body=self.MINE, _continue="1"))
        page = self.i_send(body=self.MINE, _merge="1", **{first: "nobody", second: "<p>x</p>"})
        self.assertContains(page, "left to choose: Body")


class RowsTests(ConflictTestCase):
    def test_bylines_of_both_can_be_kept_one_after_the_other(self):
        mine, theirs = make_author(name="Mine"), make_author(name="Theirs")
        self.they_save(**{"bylines-0-author": theirs.pk})
        page = self.i_send(**{"bylines-0-author": mine.pk}, _continue="1")
        self.assertContains(page, "Both: theirs, then mine")
        self.i_send(**{"bylines-0-author": mine.pk}, _merge="1", _choose_bylines="both")
        rows = self.stored().bylines.select_related("author").order_by("order")
        assert [row.author.name for row in rows] == ["Theirs", "Mine"]
