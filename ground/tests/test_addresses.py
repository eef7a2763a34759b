"""Addresses with scheme and host."""

from django.test import RequestFactory, SimpleTestCase

from ground.addresses import absolute, root_of


class AddressesTests(SimpleTestCase):
    def test_root_is_scheme_and_host_of_the_request(self):
        assert root_of(RequestFactory().get("/a/?b", secure=True)) == "https://testserver"

    def test_picture_of_another_host_keeps_it(self):
        assert absolute("/media/a.jpg", "https://paper.example") == "https://paper.example/media/a.jpg"
        assert absolute("https://cdn.example/a.jpg", "https://paper.example") == "https://cdn.example/a.jpg"
