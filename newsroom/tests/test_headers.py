"""Headers: the policy and what goes with it on every answer, what scanners think of them, and reports of violations."""

import base64
import json
import re
from datetime import timedelta
from html.parser import HTMLParser
from unittest import mock

import time_machine
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import OperationalError
from django.test import Client, TestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from articles.desk import roles
from articles.models import PolicyReport
from articles.models.policy_report import KEPT_FOR, MOST_KINDS
from articles.tests.factories import make_edition, make_user
from newsroom import settings as production
from newsroom.serving import policy_reports
from newsroom.serving.headers import POLICY, standing_headers
from newsroom.tests import public_paper
from newsroom.tests.addresses import places

EMBED = '<figure data-embed="https://www.youtube.com/watch?v=dQw4w9WgXcQ"></figure>'
PRODUCTION = {
    "SECURE_HSTS_SECONDS": 365 * 24 * 3600,
    "SECURE_SSL_REDIRECT": True,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
}
WHOLE = production.MIDDLEWARE  # with the page cache
BROAD = {"*", "http:", "https:", "ftp:", "http://*", "https://*", "data:", "blob:", "filesystem:"}


def directives(policy: str) -> dict[str, list[str]]:
    """A policy's directives with their sources."""
    parts = [part.split() for part in policy.split(";")]
    assert len({part[0] for part in parts}) == len(parts), "a directive is there twice"
    return {name: sources for name, *sources in parts}


class Scripts(HTMLParser):
    """Where a page's scripts come from."""

    def __init__(self, text):
        super().__init__()
        self.sources, self.inline = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "script" and attributes.get("type") != "application/ld+json":
            (self.sources if "src" in attributes else self.inline).append(attributes)


def observatory_score(response) -> int:
    """The score of a page by the rules of MDN's HTTP Observatory: 100, what is taken off, and above 89 what is added.

    Being in browsers' list of HSTS sites (+5) is nothing that an answer can show.
    """
    headers, policy = response.headers, directives(response.headers.get(POLICY, "default-src *"))
    lost, gained = 0, 0
    scripts, styles = policy.get("script-src", ["*"]), policy.get("style-src", ["*"])
    if BROAD & {*scripts, *policy.get("object-src", ["*"])} or "'unsafe-inline'" in scripts:
        lost += 20
    elif "'unsafe-eval'" in scripts or any(source.startswith("http:") for row in policy.values() for source in row):
        lost += 10
    elif not (BROAD & {*styles} or "'unsafe-inline'" in styles):
        gained += 10 if policy["default-src"] == ["'none'"] else 5
    age = re.match(r"max-age=(\d+)", headers.get("Strict-Transport-Security", ""))
    lost += 20 if not age else 10 if int(age[1]) < 15768000 else 0
    lost += 5 if headers.get("X-Content-Type-Options") != "nosniff" else 0
    if "frame-ancestors" in policy:
        gained += 5
    elif headers.get("X-Frame-Options") not in {"DENY", "SAMEORIGIN"}:
        lost += 20
    private = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
    gained += 5 if headers.get("Referrer-Policy") in private else 0
    gained += 10 if headers.get("Cross-Origin-Resource-Policy") in {"same-origin", "same-site"} else 0
    if any(not cookie["secure"] or cookie["samesite"] not in {"Lax", "Strict"} for cookie in response.cookies.values()):
        lost += 20
    lost += 50 if any(not re.match("/(?!/)", row["src"]) for row in Scripts(response.text).sources) else 0
    return 100 - lost + (gained if lost <= 10 else 0)


class EveryAnswerTests(TestCase):
    """No answer is without them, whoever made it."""

    @classmethod
    def setUpTestData(cls):
        public_paper.fill()
        cls.embedding = make_edition(body=f"<p>x</p>{EMBED}")

    def assertGuarded(self, response, label):
        for name in (POLICY, *standing_headers()):
            assert name in response.headers, (label, response.status_code, name)
        policy = directives(response.headers[POLICY])
        assert policy["default-src"] == policy["object-src"] == policy["base-uri"] == ["'none'"], label
        assert policy["report-uri"] == ["/policy-reports/"], label
        assert "unsafe" not in response.headers[POLICY], label
        assert response.headers["X-Content-Type-Options"] == "nosniff", label

    def test_every_pattern_answers_with_them(self):
        client = Client(raise_request_exception=False)
        for place in places():
            for method in ("get", "post", "options"):
                response = getattr(client, method)(place.address())
                self.assertGuarded(response, (place.name, method))

    @override_settings(MIDDLEWARE=WHOLE, **PRODUCTION)
    def test_with_the_page_cache_too_and_hsts_for_this_host_alone(self):
        for path in [*public_paper.addresses(is_kept=True), "/admin/login/", "/static/css/site.css", "/no-such-page/"]:
            for _time in ("made", "kept"):
                response = self.client.get(path, secure=True)
                self.assertGuarded(response, path)
                assert response.headers["Strict-Transport-Security"] == "max-age=31536000", path

    @override_settings(MIDDLEWARE=WHOLE)
    def test_refusals_and_failures_of_every_layer_have_them(self):
        client = Client(raise_request_exception=False)
        answers = {
            "unknown host": client.get("/", headers={"host": "elsewhere.example"}),
            "NUL": client.get("/%00/"),
            "purge": client.generic("PURGE", "/"),
            "method": client.post("/latest/"),
            "unknown method": client.generic("BREW", "/"),
            "time": client.get("/?at=2025-12-08T00:00"),
            "no csrf": Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x"}),
            "probe": client.get("/healthz"),
            "static": client.get("/static/js/theme.js"),
            "no static": client.get("/static/nothing.js"),
            "slash": client.get("/latest"),
            "media": client.get(self.made_media()),
        }
        with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=10):
            answers["too large"] = client.post("/admin/login/", {"username": "x" * 100})
        with override_settings(SECURE_SSL_REDIRECT=True):
            answers["to https"] = client.get("/")
        for error in (RuntimeError("broken"), OperationalError("away")):
            with mock.patch("articles.public.curation.front_page_at", side_effect=error):
                answers[str(error)] = client.get(f"/?page=1&{error}")
            for place in ("replicas._is_readers", "pagecache.middleware.key_of"):
                with mock.patch(f"newsroom.serving.{place}", side_effect=error), override_settings(REPLICAS=["one"]):
                    answers[f"{error} {place}"] = client.get("/latest/?q=1")
        statuses = {response.status_code for response in answers.values()}
        assert statuses >= {200, 301, 400, 403, 404, 405, 413, 500, 503}, statuses
        for label, response in answers.items():
            self.assertGuarded(response, label)

    def made_media(self):
        name = default_storage.save(f"ab/{'a' * 32}/1-wide-640.webp", ContentFile(b"RIFF"))
        self.addCleanup(default_storage.delete, name)
        return f"/media/{name}"

    @override_settings(MIDDLEWARE=WHOLE)
    def test_a_304_repeats_the_page_s_own_policy(self):
        page = self.client.get(self.embedding.path)
        again = self.client.get(self.embedding.path, headers={"If-None-Match": page.headers["ETag"]})
        assert again.status_code == 304
        self.assertGuarded(again, "304")
        assert "youtube" in again.headers[POLICY]
        assert directives(again.headers[POLICY]) == directives(page.headers[POLICY])

    def test_files_that_nginx_hands_out_itself_have_a_policy(self):
        locations = re.findall(
            r"^    location [^}]*", (settings.BASE_DIR / "deploy" / "nginx-tls.conf").read_text(), re.M
        )
        folders = [text for text in locations if "alias " in text]
        assert len(folders) > 1
        for text in folders:
            assert f"add_header {POLICY} \"default-src 'none';" in text, text
            assert "add_header X-Content-Type-Options nosniff always;" in text, text

    @override_settings(DEBUG=True)
    def test_djangos_debug_pages_keep_their_styles(self):
        client = Client(raise_request_exception=False)
        with mock.patch("articles.public.curation.front_page_at", side_effect=RuntimeError):
            assert POLICY not in client.get("/").headers

    def test_nothing_but_static_files_and_the_desk_s_catalogue_is_a_script(self):
        """So that the policy's 'self' means our own scripts: no JSONP, no file that somebody uploaded."""
        client = Client(raise_request_exception=False)
        scripts = {
            place.name
            for place in places()
            for query in ("", "?callback=x", "?jsonp=x")
            if "javascript" in client.get(place.address() + query).headers.get("Content-Type", "")
        }
        assert scripts <= {"admin:jsi18n"}


@override_settings(**PRODUCTION)
class ScannerTests(TestCase):
    """What csp_evaluator and MDN's HTTP Observatory look at."""

    @classmethod
    def setUpTestData(cls):
        public_paper.fill()
        roles.make_groups()
        cls.chief = make_user(roles.CHIEF_EDITOR)

    def pages(self):
        """Readers' pages, and after them the desk's, among those an article's form, whose policy has a nonce."""
        for path in [*public_paper.addresses(is_screen=True), "/no-such-page/"]:
            yield path, self.client.get(path, secure=True)
        yield "/admin/login/", self.client.get("/admin/login/", secure=True)
        self.client.force_login(self.chief)
        for path in ("/admin/", "/admin/articles/article/", "/admin/articles/article/add/"):
            yield path, self.client.get(path, secure=True)

    def test_observatory_gives_the_site_130_and_the_desk_an_a_plus(self):
        for path, response in self.pages():
            least = 100 if path.startswith("/admin/") else 130
            assert observatory_score(response) >= least, (path, observatory_score(response))

    def test_score_falls_with_each_header_that_is_gone(self):
        for name in (POLICY, "Strict-Transport-Security", "Referrer-Policy", "Cross-Origin-Resource-Policy"):
            response = self.client.get("/", secure=True)
            del response.headers[name]
            assert observatory_score(response) < 130, name

    def test_policy_has_nothing_that_csp_evaluator_names_but_self(self):
        for path, response in self.pages():
            policy = directives(response.headers[POLICY])
            scripts = policy["script-src"]
            for directive in ("script-src", "object-src", "base-uri", "default-src", "report-uri"):
                assert policy[directive], (path, directive)
            for word in ("unsafe-inline", "unsafe-eval", "unsafe-hashes"):
                assert f"'{word}'" not in scripts, path
            assert all(source == "'self'" or source.startswith("'nonce-") for source in scripts), path
            assert policy["object-src"] == policy["base-uri"] == ["'none'"], path
            for sources in policy.values():
                assert not BROAD - {"https:", "data:"} & {*sources}, path
                assert not any(source.startswith("http:") for source in sources), path
            for source in scripts:
                if source.startswith("'nonce-"):
                    assert len(base64.b64decode(source[7:-1], validate=True)) >= 16, path
            assert not {"referrer", "reflected-xss", "disown-opener", "prefetch-src"} & policy.keys(), path

    def test_every_script_of_a_page_is_our_own_file_or_has_the_nonce(self):
        for path, response in self.pages():
            scripts = Scripts(response.text)
            assert all(row["src"].startswith(("/static/", "/admin/jsi18n/")) for row in scripts.sources), path
            assert all("nonce" in row or row.get("type") == "application/json" for row in scripts.inline), path


class ReportTests(TestCase):
    """Browsers' reports: little is believed, little is kept, and administrators see it."""

    def setUp(self):
        patch = mock.patch.object(policy_reports, "allowance", policy_reports.Allowance(policy_reports.A_MINUTE))
        patch.start()
        self.addCleanup(patch.stop)

    def old(self, **more):
        body = {"document-uri": "http://testserver/latest/", "effective-directive": "script-src-elem"}
        return {"csp-report": body | {"blocked-uri": "https://ads.example/x.js?id=7"} | more}

    def new(self, **more):
        body = {"documentURL": "http://testserver/latest/", "effectiveDirective": "script-src-elem"}
        return {"type": "csp-violation", "body": body | {"blockedURL": "https://ads.example/y.js"} | more}

    def send(self, content, kind="application/csp-report"):
        data = content if isinstance(content, str | bytes) else json.dumps(content)
        return Client(enforce_csrf_checks=True).post("/policy-reports/", data, content_type=kind).status_code

    def rows(self):
        return list(PolicyReport.objects.order_by("pk").values_list("directive", "blocked", "page", "times"))

    def test_both_forms_are_counted_as_one_kind(self):
        assert self.send(self.old()) == 204
        assert self.send([self.new(), self.new()], "application/reports+json") == 204
        assert self.rows() == [("script-src-elem", "https://ads.example", "latest/", 3)]

    def test_no_address_is_kept_that_may_be_a_secret(self):
        for path in ("/preview/a-very-secret-key/", "/admin/password/chief/another-secret/", "/no/such/secret?x=1"):
            assert self.send(self.old(**{"document-uri": f"http://testserver{path}"})) == 204
        self.send(self.old(**{"blocked-uri": "https://name:secret@ads.example/secret"}))
        assert len(self.rows()) == 3
        assert "secret" not in str(self.rows()).replace("<slug:secret>", "")

    def test_what_is_no_fault_of_the_paper_is_left_out(self):
        for more in (
            {"document-uri": "https://elsewhere.example/latest/"},
            {"document-uri": "about:blank"},
            {"document-uri": "http://[testserver/"},
            {"blocked-uri": "chrome-extension://abc/x.js"},
            {"blocked-uri": "moz-extension"},
            {"blocked-uri": ""},
            {"effective-directive": "<script>"},
            {"effective-directive": ["script-src"]},
        ):
            assert self.send(self.old(**more)) == 204, more
        assert self.rows() == []

    def test_nonsense_is_refused_in_words(self):
        for sent in ("", "x", "[" * 10_000, b"\xff\xfe", "{"):
            assert self.send(sent) == 400, sent
        for sent in ("1", "null", "[]", "[1, {}, []]", '{"csp-report": 3}', '{"body": {"blockedURL": {}}}'):
            assert self.send(sent) == 204, sent
        assert self.send("[" + "1," * policy_reports.LONGEST + "1]") == 413
        assert self.client.get("/policy-reports/").status_code == 405
        assert self.rows() == []

    def test_only_some_are_taken_in_a_minute_and_some_of_each(self):
        with mock.patch.object(policy_reports.time, "monotonic", return_value=policy_reports.allowance.at):
            taken = [self.send([self.new()] * 50) for _number in range(policy_reports.A_MINUTE + 5)]
        assert taken.count(204) == policy_reports.A_MINUTE
        assert taken[-5:] == [429] * 5
        assert self.rows()[0][3] == policy_reports.A_MINUTE * policy_reports.MOST_AT_ONCE

    def test_allowance_comes_back_with_time(self):
        allowance = policy_reports.Allowance(2)
        assert [allowance.take() for _number in range(3)] == [True, True, False]
        allowance.at -= 30
        assert [allowance.take() for _number in range(2)] == [True, False]

    def test_kinds_are_bounded_and_old_ones_go(self):
        now = timezone.now()
        for number in range(MOST_KINDS + 5):
            at = now + timedelta(seconds=number)
            PolicyReport.objects.count_violation("img-src", f"https://n{number}.example", "", at=at)
        assert PolicyReport.objects.count() == MOST_KINDS
        assert not PolicyReport.objects.filter(blocked="https://n4.example").exists()
        PolicyReport.objects.count_violation("img-src", "inline", "", at=now + KEPT_FOR + timedelta(hours=1))
        assert PolicyReport.objects.count() == 1

    def test_administrators_alone_see_and_delete_them(self):
        roles.make_groups()
        self.send(self.old())
        row, screen = PolicyReport.objects.get(), reverse("admin:articles_policyreport_changelist")
        for role in roles.PERMISSIONS:
            self.client.force_login(make_user(role))
            expected = 200 if role == roles.ADMINISTRATOR else 403
            assert self.client.get(screen).status_code == expected, role
        self.client.force_login(make_user(roles.ADMINISTRATOR))
        self.assertContains(self.client.get(screen), "https://ads.example")
        data = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        self.client.post(screen, data)
        assert self.rows() == []

    @time_machine.travel("2026-03-01T12:00:00+00:00", tick=False)
    def test_times_of_a_kind_are_told(self):
        self.send(self.old())
        with time_machine.travel("2026-03-02T12:00:00+00:00", tick=False):
            self.send(self.old())
        row = PolicyReport.objects.get()
        assert (row.last_at - row.first_at).days == 1
