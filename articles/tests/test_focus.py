from itertools import product
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.test import TestCase

from articles.pictures import renditions
from articles.tests.factories import make_image


class FocusTests(TestCase):
    def test_point_is_where_the_cut_left_it(self):
        upright = (1000, 1500)
        assert renditions.point_within(upright, "full", (32, 32)) == (32, 32)
        assert renditions.point_within(upright, "wide", (32, 32)) == (
            32,
            50,
        )  # as near to the middle as the edges allow
        assert renditions.point_within(upright, "wide", (32, 0)) == (32, 0)
        assert renditions.point_within(upright, "wide", (32, 90)) == (32, 73)
        assert renditions.point_within((1600, 1000), "square", (10, 40)) == (16, 40)

    def test_point_is_inside_whatever_is_cut_and_its_classes_are_in_the_sheet(self):
        rules = " ".join(Path(settings.BASE_DIR, "static/css/site.css").read_text().split())
        sizes = ((1000, 1500), (1600, 1000), (640, 640), (2400, 300))
        points = (0, 1, 33, 50, 75, 100)
        for size, crop, x, y in product(sizes, renditions.CROPS, points, points):
            across, down = renditions.point_within(size, crop, (x, y))
            assert 0 <= across <= 100, (size, crop, x, y)
            assert 0 <= down <= 100, (size, crop, x, y)
        for step in {*range(11)} - {5}:
            assert f".across-{step} {{ --across: {step * 10}%; }}" in rules
            assert f".down-{step} {{ --down: {step * 10}%; }}" in rules

    def test_picture_says_where_its_point_is_unless_it_is_shown_whole(self):
        image = make_image(width=1000, height=1500, focal_x=32, focal_y=10, crops={"square": [80, 90]})
        for crop, classes in (("wide", "across-3 down-3"), ("square", "across-8 down-8")):
            assert classes in render_to_string("articles/_picture.html", {"image": image, "crop": crop, "sizes": "1px"})
        image.is_whole = True
        assert "across" not in render_to_string("articles/_picture.html", {"image": image, "crop": "wide", "sizes": ""})
