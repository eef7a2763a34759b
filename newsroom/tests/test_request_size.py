"""A body that is larger than its address takes is refused before a byte of it is read."""

from contextlib import suppress

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import RequestFactory, TestCase
from django.urls import NoReverseMatch, URLPattern, reverse

from articles.models import Image, PaperLook
from articles.pictures import nameplates, renditions
from articles.tests.factories import make_chief
from newsroom import pages
from newsroom.serving.request_size import OF_READERS, PICTURES, most_bytes

HUGE, LARGE = 400 * 1024 * 1024, 8 * 1024 * 1024


class Unread:
    """A body of which nothing may be read."""

    def read(self, *args):
        raise AssertionError("the body was read")

    readline = __iter__ = read


def desk_addresses(patterns):
    """Yield an address of each route of the desk that can be written down."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            with suppress(NoReverseMatch):
                yield reverse(f"admin:{pattern.name}", kwargs=dict.fromkeys(pattern.pattern.converters, "1"))
        else:
            yield from desk_addresses(pattern.url_patterns)


class RequestSizeTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.chief = make_chief()

    def send(self, path, size, **headers):
        """Send a form of ``size`` bytes by its headers; a test fails if anything of it is read."""
        body = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(size), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
        return self.client.generic("POST", path, b"", **body | headers)

    def test_no_address_reads_a_body_that_is_larger_than_it_takes(self):
        desk = list(desk_addresses(admin.site.get_urls()))
        assert len(desk) > 100
        for user in (None, self.chief):
            if user:
                self.client.force_login(user)
            for path in [*desk, *(address for page in pages.ALL for address in page.addresses), "/", "/nowhere/"]:
                with self.subTest(path, user=user):
                    assert self.send(path, HUGE).status_code == 413
                    assert self.send(path, most_bytes(path.partition("?")[0]) + 1).status_code == 413

    def test_only_addresses_of_pictures_take_large_bodies(self):
        large = {path for path in desk_addresses(admin.site.get_urls()) if most_bytes(path) > LARGE}
        names = {"articles_image_change": ["1"]}
        assert large == {reverse(f"admin:{name}", args=names.get(name)) for name in PICTURES}
        assert all(most_bytes(path) > renditions.MAX_BYTES for path in large)
        assert all(most_bytes(address) == OF_READERS for page in pages.ALL for address in page.addresses)

    def test_forms_with_files_take_what_those_may_have(self):
        most = {Image: renditions.MAX_BYTES, PaperLook: 2 * nameplates.MAX_BYTES}
        request = RequestFactory().get("/")
        request.user = User(is_superuser=True, is_staff=True)
        with_files = set()
        for model, model_admin in admin.site._registry.items():
            may_change = model_admin.has_change_permission(request)
            fields = model_admin.get_form(request).base_fields.values() if may_change else ()
            if any(isinstance(field, forms.FileField) for field in fields):
                with_files.add(model)
                path = reverse(f"admin:articles_{model._meta.model_name}_change", args=["1"])
                assert most_bytes(path) > most[model]
        assert with_files == set(most)

    def test_a_size_that_is_none_is_refused(self):
        for size in ("-1", "1e3", "x", "9" * 5000, "٣", "+7"):
            with self.subTest(size):
                assert self.send("/admin/login/", size).status_code == 413

    def test_a_body_without_a_size_is_refused(self):
        for coding in ("chunked", "gzip, chunked", "identity"):
            response = self.send("/admin/login/", "", HTTP_TRANSFER_ENCODING=coding)
            self.assertContains(response, "Content-Length", status_code=411)

    def test_the_page_says_how_much_may_be_sent(self):
        self.assertContains(self.send("/admin/login/", HUGE), "a form may hold 6.0\xa0MB", status_code=413)
        self.assertContains(self.send("/preview/x/", HUGE), "a form may hold 64.0\xa0KB", status_code=413)
