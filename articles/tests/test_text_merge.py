"""Two people's changes put together: what only one changed is taken, what both changed clashes, no word is lost."""

from unittest.mock import patch

from django.test import SimpleTestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.body.markup import clean, plain_text
from articles.desk.text_merge import body_elements, hunks, likeness, merge, merge_body, merge_value, stretches

FIRST = "<p>The caravan left the city at dawn with forty camels and their drivers.</p>"
SECOND = "<p>By noon the wind had turned, and the road was gone under the sand.</p>"
THIRD = "<p>Nobody at the inn had heard of them when we asked in the evening.</p>"
WORDS = st.text("abcdeёжз", min_size=1, max_size=6)
PARAGRAPH = st.lists(WORDS, min_size=1, max_size=8).map(lambda words: f"<p>{' '.join(words)}</p>")
BODY = st.lists(
    PARAGRAPH | st.sampled_from(["<h2>Head</h2>", "<ul><li><p>a</p></li></ul>", '<figure data-image="1"></figure>']),
    max_size=6,
).map(lambda parts: clean("".join(parts)))
SNAPSHOT = st.fixed_dictionaries(
    {
        "headline": WORDS,
        "section_id": st.none() | st.integers(1, 3),
        "body": BODY,
        "bylines": st.lists(st.integers(1, 5), unique=True),
        "tags": st.lists(WORDS, unique=True).map(sorted),
        "related": st.lists(st.integers(1, 5), unique=True),
        "further_sections": st.lists(st.integers(1, 5), unique=True).map(sorted),
        "dated_corrections": st.lists(st.fixed_dictionaries({"day": WORDS, "text": WORDS}), max_size=3),
    }
)


class AnyTextTests(SimpleTestCase):
    """What holds for whatever people type."""

    @given(SNAPSHOT, SNAPSHOT)
    def test_what_one_alone_changed_is_taken(self, base, other):
        assert merge(base, base, other).snapshot == other
        assert merge(base, other, base).snapshot == other
        assert merge(base, other, other).snapshot == other
        assert not merge(base, base, other).clashes | merge(base, other, base).clashes

    @given(SNAPSHOT, SNAPSHOT, SNAPSHOT)
    def test_what_does_not_clash_is_the_same_from_both_sides(self, base, mine, theirs):
        merged, other_way = merge(base, mine, theirs), merge(base, theirs, mine)
        assert merged.clashes == other_way.clashes
        for name in {"headline", "section_id", "tags", "further_sections"} - merged.clashes:
            assert merged.snapshot[name] == other_way.snapshot[name]

    @given(BODY, BODY, BODY)
    def test_no_word_of_either_is_lost_in_a_body_that_does_not_clash(self, base, mine, theirs):
        merged = merge_body(base, mine, theirs)
        assert merged.mine == clean(merged.mine)
        if not merged.clash:
            words = set(plain_text(merged.mine).split())
            for side in (mine, theirs):
                assert set(plain_text(side).split()) - set(plain_text(base).split()) <= words

    @settings(max_examples=200)
    @given(st.lists(PARAGRAPH, min_size=3, max_size=8, unique=True), st.data())
    def test_changes_of_different_paragraphs_never_clash(self, paragraphs, data):
        both = st.permutations(range(len(paragraphs)))
        first, second, *_rest = data.draw(both)
        mine, theirs = list(paragraphs), list(paragraphs)
        mine[first], theirs[second] = "<p>Только моё</p>", "<p>Only theirs</p>"
        both_changed = list(mine)
        both_changed[second] = theirs[second]
        merged = merge_body("".join(paragraphs), "".join(mine), "".join(theirs))
        assert (merged.mine, merged.clash) == ("".join(both_changed), False)

    @given(BODY)
    def test_blocks_put_together_are_the_body(self, body):
        assert "".join(body_elements(body)) == body


class BodyTests(SimpleTestCase):
    def test_words_changed_in_different_places_of_one_paragraph_are_merged(self):
        mine = FIRST.replace("forty", "fifty")
        theirs = FIRST.replace("drivers", "drivers, singing")
        merged = merge_body(FIRST, mine, theirs)
        assert not merged.clash
        assert merged.mine == FIRST.replace("forty", "fifty").replace("drivers", "drivers, singing")

    def test_formatting_of_one_and_words_of_the_other_are_merged(self):
        mine = FIRST.replace("<p>The caravan left", "<p>The <strong>caravan</strong> left")
        theirs = FIRST.replace("camels and", "camels, dogs and")
        assert merge_body(FIRST, mine, theirs).mine == mine.replace("camels and", "camels, dogs and")

    def test_the_same_words_changed_by_both_clash_and_all_else_is_merged(self):
        mine = FIRST.replace("forty", "fifty") + SECOND.replace("noon", "night")
        theirs = FIRST.replace("forty", "sixty") + SECOND + THIRD
        merged = merge_body(FIRST + SECOND, mine, theirs)
        assert merged.clash
        assert merged.mine == mine + THIRD
        assert merged.theirs == FIRST.replace("forty", "sixty") + SECOND.replace("noon", "night") + THIRD

    def test_paragraph_taken_out_by_one_and_rewritten_by_the_other_clashes(self):
        assert merge_body(FIRST + SECOND, FIRST, FIRST + SECOND.replace("noon", "night")).clash

    def test_what_both_put_in_at_one_place_comes_one_after_the_other(self):
        merged = merge_body(FIRST, FIRST + SECOND, FIRST + THIRD)
        assert (merged.mine, merged.clash) == (FIRST + THIRD + SECOND, False)

    def test_what_stands_beside_a_paragraph_that_both_changed_stays_whichever_is_chosen(self):
        new = [f"<p>Something new, the {number}th of it.</p>" for number in range(4)]
        mine, theirs = FIRST.replace("forty", "fifty"), FIRST.replace("forty", "sixty")
        for mask in range(16):
            before, after, their_before, their_after = (new[i] if mask >> i & 1 else "" for i in range(4))
            merged = merge_body(
                FIRST + SECOND, before + mine + after + SECOND, their_before + theirs + their_after + SECOND
            )
            assert merged.clash, mask
            for outcome, words in ((merged.mine, "fifty"), (merged.theirs, "sixty")):
                assert words in outcome, mask
                assert {block for block in new if block in outcome} == {
                    block for i, block in enumerate(new) if mask >> i & 1
                }, (mask, outcome)

    def test_two_texts_written_from_nothing_clash(self):
        assert merge_body("", FIRST, SECOND).clash

    def test_paragraph_rewritten_by_both_clashes_instead_of_becoming_a_sentence_of_nobody(self):
        mine = "<p>At dawn the traders left the town and the river behind them for good.</p>"
        theirs = "<p>Forty camels, and the wind: the caravan of the spring was never seen again.</p>"
        assert merge_body(FIRST, mine, theirs).clash

    def test_html_that_the_editor_wrote_anew_counts_as_unchanged(self):
        base = (
            FIRST
            + "\n<ul>\n<li>One</li>\n</ul>\n<table><thead><tr><th>A</th></tr></thead><tbody><tr><td>1</td></tr></tbody>"
        )
        base = f"{base}</table>\n{THIRD}"
        row = "<tr><th><p>A</p></th></tr><tr><td><p>1</p></td></tr>"
        mine = f"{FIRST}<ul><li><p>One</p></li></ul><table><tbody>{row}</tbody></table>{THIRD.replace('inn', 'house')}"
        merged = merge_body(base, mine, base.replace("forty", "fifty"))
        assert (merged.mine, merged.clash) == (mine.replace("forty", "fifty"), False)

    def test_table_changed_by_both_clashes(self):
        table = "<table><tbody><tr><td><p>one two three four</p></td><td><p>five six</p></td></tr></tbody></table>"
        assert merge_body(table, table.replace("one", "1"), table.replace("six", "6")).clash
        assert not merge_body(table + FIRST, table.replace("one", "1") + FIRST, table + FIRST + SECOND).clash

    def test_very_long_texts_are_merged_by_coarser_places(self):
        base = "<p>" + " ".join(str(number) for number in range(30_000)) + "</p>"
        merged = merge_body(base + FIRST, base.replace(" 7 ", " seven ") + FIRST, base + FIRST + SECOND)
        assert merged.mine == base.replace(" 7 ", " seven ") + FIRST + SECOND
        assert merge_body(base, base.replace(" 7 ", " seven "), base.replace(" 9 ", " nine ")).clash


class BudgetTests(SimpleTestCase):
    """A merge runs while others wait: how much it looks at is bounded for the whole text, not for each part of it."""

    def setUp(self):
        self.base = [f"<p>One line of many, number {number}, and no more</p>" for number in range(60)]
        self.mine, self.theirs = ("".join(self.changed(word)) for word in ("mine", "theirs"))

    def changed(self, word):
        """All paragraphs but every tenth."""
        return [one.replace("no", word) if number % 10 else one for number, one in enumerate(self.base)]

    def pairs_seen(self, merging):
        """How many pairs of paragraphs are looked at, with a small budget."""
        seen, real = [], likeness._likeness
        counted = patch.object(likeness, "_likeness", lambda one, two: seen.append(1) or real(one, two))
        with counted, patch.object(hunks, "MOST_STEPS", 2000):
            merging("".join(self.base), self.mine, self.theirs)
        return len(seen)

    def test_many_runs_of_changed_paragraphs_share_one_budget(self):
        for merging in (merge_body, stretches):
            with self.subTest(merging.__name__):
                assert 0 < self.pairs_seen(merging) <= 2 * 2000 / hunks.PAIR

    def test_beyond_the_budget_a_place_is_longer_and_has_all_words_of_both(self):
        fine = stretches("".join(self.base), self.mine, self.theirs)
        with patch.object(hunks, "MOST_STEPS", 2000):
            coarse = stretches("".join(self.base), self.mine, self.theirs)
        assert 1 < len(coarse) < len(fine)
        for found in (fine, coarse):
            assert "".join(one.mine if one.taken is None else one.taken for one in found) == self.mine
            assert "".join(one.theirs if one.taken is None else one.taken for one in found) == self.theirs

    @given(BODY, BODY, BODY, st.sampled_from([0, 20, 60, 200]))
    def test_no_word_is_lost_however_small_the_budget(self, base, mine, theirs, steps):
        with patch.object(hunks, "MOST_STEPS", steps):
            merged = merge_value("body", base, mine, theirs)
            other_way = merge_value("body", base, theirs, mine)
        assert merged.clash == other_way.clash
        if not merged.clash:
            typed = set(plain_text(mine).split()) | set(plain_text(theirs).split())
            assert typed - set(plain_text(base).split()) <= set(plain_text(merged.mine).split())


class FieldTests(SimpleTestCase):
    def test_line_changed_by_both_clashes_and_says_mine(self):
        merged = merge({"headline": "A"}, {"headline": "B"}, {"headline": "C"})
        assert (merged.snapshot, merged.clashes) == ({"headline": "B"}, {"headline"})

    def test_tags_and_sections_keep_what_either_added_and_lose_what_either_took_out(self):
        assert merge_value("tags", ["A", "B"], ["B", "C"], ["A", "B", "D"]).mine == ["B", "C", "D"]
        assert merge_value("further_sections", [1, 2], [1], [2, 3]).mine == [3]

    def test_bylines_keep_their_order(self):
        assert merge_value("bylines", [1, 2], [2, 1], [1, 2, 3]).mine == [2, 1, 3]
        assert merge_value("bylines", [1], [1, 2], [1, 2]).mine == [1, 2]
        assert merge_value("bylines", [1, 2, 3], [4, 2, 3], [5, 2, 3]).clash

    def test_corrections_of_both_stand_in_the_order_of_their_days(self):
        first, second, third = ({"day": f"2025-12-0{day}", "text": "x"} for day in (1, 2, 3))
        assert merge_value("dated_corrections", [second], [second, third], [first, second]).mine == [
            first,
            second,
            third,
        ]

    def test_field_that_the_base_does_not_know_clashes_when_it_differs(self):
        assert merge({}, {"kicker": "A"}, {"kicker": "B"}).clashes == {"kicker"}
        assert not merge({}, {"kicker": "A"}, {"kicker": "A"}).clashes
