"""Addresses that look like this paper's own and lead elsewhere: refused wherever somebody types one."""

from datetime import timedelta
from urllib.parse import quote

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from articles.models import Alert, Redirect
from ground.addresses import is_local

ELSEWHERE = [
    *("//evil.example/", "///evil.example/", "////evil.example", "//evil.example\\@paper.example/"),
    *("/\\evil.example", "/\\/evil.example/", "\\/evil.example/", "\\\\evil.example/", "/\\\\evil.example/"),
    *("/\t/evil.example/", "/\n/evil.example/", "/\r/evil.example/", "/\t\\evil.example/", "\t//evil.example/"),
    *("/%5cevil.example/", "/%5C/evil.example/", "/%2fevil.example/", "/%2F%2fevil.example/", "/%09/evil.example/"),
    *("/%0a/evil.example/", "/%00/evil.example/", " //evil.example/", "/latest/\\..\\\\evil.example"),
    *("//user@evil.example/", "//paper.example@evil.example/", "http:evil.example", "https:/evil.example/"),
    *(
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "ftp://x/",
    ),
    *(
        "/\uff0fevil.example/",
        "\uff0f\uff0fevil.example/",
        "/\uff3cevil.example/",
        "/\u2028/evil.example",
        "/\u200b/evil.example",
    ),
    *("/\u202e/evil.example", "/\ufeff/evil.example", "/\x01/evil.example", "evil.example/", "", "."),
]
HERE = [
    "/",
    "/latest/",
    "/latest/?page=2",
    "/business/rail-2/#p-1",
    "/новости/",
    "/a b/",
    "/@name/",
    "/?next=//evil.example",
]


class LocalAddressTests(TestCase):
    def test_address_that_a_browser_may_take_for_another_site_is_not_local(self):
        assert [address for address in ELSEWHERE if is_local(address)] == []

    def test_path_of_this_site_is_local(self):
        assert [address for address in HERE if not is_local(address)] == []

    def refusals(self, row):
        """Return the fields for which ``row`` is refused."""
        try:
            row.full_clean()
        except ValidationError as refusal:
            return set(refusal.message_dict)
        return set()

    def test_alert_leads_to_no_other_site_by_a_path(self):
        times = {"starts_at": timezone.now(), "ends_at": timezone.now() + timedelta(hours=1)}
        for link in ELSEWHERE:
            alert = Alert(text="Snow", link=link, **times)
            with self.subTest(repr(link)):
                assert self.refusals(alert) == {"link"} or not alert.link or is_local(alert.link)  # as it is stored
        for link in [*HERE, "https://elsewhere.example/"]:
            with self.subTest(repr(link)):
                assert self.refusals(Alert(text="Snow", link=link, **times)) == set()

    def test_redirect_leads_to_no_other_site_by_a_path(self):
        for target in [*ELSEWHERE, "http://localhost//evil.example/", "http://localhost/\\evil.example/"]:
            redirect = Redirect(source="/old/", target=target)
            with self.subTest(repr(target)):
                is_refused = self.refusals(redirect) == {"target"}
                assert is_refused or not redirect.target or is_local(redirect.target)

    def test_what_follows_a_redirected_beginning_leads_to_no_other_site(self):
        for source, target in (("/old", "/"), ("/shop", "/business/")):
            Redirect.objects.create(source=source, kind=Redirect.Kind.PREFIX, target=target)
            for ending in ELSEWHERE:
                response = self.client.get(f"{source}/{quote(ending)}")
                with self.subTest(f"{source} {ending!r}"):
                    assert response.status_code in {301, 400}
                    where = response.headers.get("Location", "/")
                    assert where.isascii()
                    assert url_has_allowed_host_and_scheme(where, allowed_hosts=None)

    def test_login_leads_to_no_other_site(self):
        User.objects.create_user("chief", password="a-long-password", is_staff=True)
        for address in ELSEWHERE:
            sent = {"username": "chief", "password": "a-long-password", "next": address}
            where = self.client.post(reverse("admin:login"), sent).headers["Location"]
            with self.subTest(repr(address)):
                assert url_has_allowed_host_and_scheme(where, allowed_hosts=None)
            self.client.logout()
