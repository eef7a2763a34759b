"""Pictures one after the other: a series for readers where one was asked for, and nowhere else."""

from django.test import TestCase

from articles.admin.article import paragraphs
from articles.body.markup import clean, image_ids
from articles.body.series import keep_apart
from articles.desk import image_uses, text_diff
from articles.desk.text_merge import merge_body
from articles.models import EditionImage
from articles.public import rendering
from articles.tests.factories import make_edition, make_image


def figure(number, *, apart=False):
    mark = ' data-apart=""' if apart else ""
    return f'<figure data-image="{number}"{mark}><figcaption></figcaption></figure>'


def told(numbers):
    """Pictures in a row; -2 is the second one, kept apart from the one before it."""
    return "".join(figure(abs(number), apart=number < 0) for number in numbers)


class ReadersTests(TestCase):
    def setUp(self):
        self.one, self.two, self.three, self.four = (make_image(title=f"P{n}").pk for n in range(4))

    def series(self, html):
        """The numbers of pictures in each series that readers are shown."""
        shown = rendering.body(html)
        assert "data-apart" not in shown
        assert shown.count("<img") >= len(image_ids(html))
        return [part.partition("</div>")[0].count("<img") for part in shown.split('<div class="series')[1:]]

    def test_those_stored_before_are_what_they_were(self):
        pair = figure(self.one) + figure(self.two)
        assert self.series(pair) == [2]
        assert self.series(pair + "<p></p>" + figure(self.three)) == [3]
        assert self.series(pair + "<p>Words.</p>" + figure(self.three) + figure(self.four)) == [2, 2]

    def test_one_that_is_apart_is_in_no_series_with_the_one_before(self):
        assert self.series(told([self.one, -self.two])) == []
        assert self.series(told([self.one, -self.two, self.three])) == [2]
        assert self.series(told([self.one, self.two, -self.three, self.four])) == [2, 2]
        assert self.series(told([-self.one, self.two])) == [2]
        assert self.series(told([self.one]) + "<p></p>" + told([-self.two])) == []

    def test_attributes_in_any_order_are_read(self):
        html = f'<figure data-apart data-image="{self.two}"></figure>'
        assert self.series(figure(self.one) + html) == []
        assert image_ids(clean(html)) == [self.two]

    def test_feeds_and_uses_know_them_all(self):
        edition = make_edition(body=told([self.one, -self.two]))
        (write,) = rendering.for_feeds([edition], "https://paper.example")
        assert write().count("<img") == 2
        assert "data-apart" not in write()
        image_uses.note_all()
        shown = EditionImage.objects.filter(edition=edition)
        assert set(shown.values_list("image_id", flat=True)) == {self.one, self.two}

    def test_comparing_tells_that_two_were_joined_or_parted(self):
        before, after = told([self.one, self.two]), told([self.one, -self.two])
        assert "<ins>apart from the picture above</ins>" in text_diff.prose(before, after)
        assert "<del>apart from the picture above</del>" in text_diff.prose(after, before)


class MergedTests(TestCase):
    def test_pictures_that_two_people_put_at_one_place_are_no_series(self):
        base = "<p>First.</p><p>Last.</p>"
        mine, theirs = (base.replace("<p>Last", f"{figure(n)}<p>Last") for n in (1, 2))
        assert told([2, -1]) in merge_body(base, mine, theirs).mine

    def test_series_of_one_of_them_stays_one(self):
        base = "<p>First.</p><p>Last.</p>"
        mine, theirs = base.replace("<p>Last", told([1, 2]) + "<p>Last"), base.replace("Last", "At last")
        assert told([1, 2]) in merge_body(base, mine, theirs).mine

    def test_words_between_that_one_took_out_make_no_series(self):
        assert keep_apart(told([1, 2]), figure(1) + "<p>Words.</p>" + figure(2)) == told([1, -2])
        assert keep_apart(figure(1) + "<p></p>" + figure(2), "") == figure(1) + "<p></p>" + told([-2])
        assert keep_apart(told([1, 2, 3]), told([1, 2]), told([3])) == told([1, 2, -3])

    def test_paragraphs_that_were_chosen_make_none(self):
        mine, theirs = f"<p>Mine.</p>{figure(1)}", f"{figure(2)}<p>Theirs.</p>"
        questions, _text = paragraphs.paragraph_questions(None, mine, theirs, {})
        both = {one.name: list(one.stretch.ways)[-1] for one in questions}
        _questions, text = paragraphs.paragraph_questions(None, mine, theirs, both)
        assert figure(1) + figure(2) not in text
