"""deploy/nginx.conf by a real nginx, on ports and in a folder of its own, before one that says what it got."""

import http.server
import json
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from textwrap import dedent
from unittest import skipUnless

from django.conf import settings
from django.test import SimpleTestCase
from django.urls import reverse

from newsroom.tests.test_docs import reference

PRINTED = re.MULTILINE | re.DOTALL
DEPLOY = settings.BASE_DIR / "deploy"
OF_DEBIAN = "ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers on;"  # of its /etc/nginx/nginx.conf
MAIN = "daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log; events {{}} http {{\n{http}\n}}"
FOLDERS = ("/var/lib/newsroom", "/var/cache/newsroom-pages", "/var/log/nginx", "/var/www/html", "/etc/letsencrypt")
PROGRAM = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


class Telling(http.server.BaseHTTPRequestHandler):
    """Says which headers it was sent, and how many bytes."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked += 1
        size = len(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        body = json.dumps(
            {name.lower(): value for name, value in self.headers.items()}
            | {"size": size, "port": self.client_address[1]}
        ).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Accel-Expires", "5")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *arguments):
        pass


def free_ports(number):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _number in range(number)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def has_ipv6():
    with suppress(OSError), socket.socket(socket.AF_INET6) as own:
        own.bind(("::1", 0))
        return True
    return False


@skipUnless(PROGRAM, "No nginx: apt-get install nginx-light")
class NginxTests(SimpleTestCase):
    databases = ()

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="newsroom-nginx-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        behind = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Telling)
        self.behind, behind.asked = behind, 0
        threading.Thread(target=behind.serve_forever, args=[0.05], daemon=True).start()
        self.addCleanup(behind.server_close)
        self.addCleanup(behind.shutdown)
        self.plain, self.tls = free_ports(2)
        self.ports = {"80": self.plain, "443": self.tls, "127.0.0.1:8000": behind.server_address[1]}
        for name in FOLDERS:
            (self.folder / name[1:]).parent.mkdir(parents=True, exist_ok=True)
        for name in ("var/www/html/.well-known/acme-challenge", "var/log/nginx", "var/lib/newsroom/generation/a1"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "var/lib/newsroom/generation/current").symlink_to("a1")

    def rewritten(self, name):
        """A file of deploy/ with ports and folders of this test."""
        text = (DEPLOY / name).read_text()
        for folder in FOLDERS:
            text = text.replace(folder, f"{self.folder}{folder}")
        text = text.replace("server 127.0.0.1:8000", f"server 127.0.0.1:{self.ports['127.0.0.1:8000']}")
        text = re.sub(r"(client_\w+_timeout) \d+s", r"\1 1s", text)  # so that nobody waits for a slow client here
        return self.on_own_ports(text)

    def on_own_ports(self, text):
        if not has_ipv6():
            text = re.sub(r".*listen \[::\].*\n", "", text)
        for port in ("80", "443"):
            text = re.sub(rf"listen {port}\b", f"listen 127.0.0.1:{self.ports[port]}", text)
            text = re.sub(rf"listen \[::\]:{port}\b", f"listen [::1]:{self.ports[port]}", text)
        return text

    def certify(self):
        live = self.folder / "etc/letsencrypt/live/newsroom"
        live.mkdir(parents=True)
        make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        where = ["-keyout", str(live / "privkey.pem"), "-out", str(live / "fullchain.pem"), "-subj", "/CN=paper"]
        subprocess.run([*make, *where], check=True, capture_output=True)

    def start(self, *names, more="", replaced=""):
        """Serve by files of deploy/, with a server ``more``, and a location ``replaced`` instead of the one there."""
        config, http = self.folder / "nginx.conf", "\n".join(map(self.rewritten, names))
        if replaced:
            first_line = re.escape(replaced.splitlines()[0])
            http, count = re.subn(rf"^    {first_line}\n.*?^    }}\n", replaced, http, flags=re.MULTILINE | re.DOTALL)
            assert count == 1
        config.write_text(MAIN.format(folder=self.folder, http=f"{OF_DEBIAN}\n{http}\n{self.on_own_ports(more)}"))
        command = [PROGRAM, "-p", str(self.folder), "-c", str(config), "-e", str(self.folder / "error.log")]
        tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
        assert tried.returncode == 0, tried.stderr
        assert "[warn]" not in tried.stderr.replace('the "user" directive', ""), tried.stderr
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait, 10)
        self.addCleanup(process.terminate)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.plain), 1):
                return
            time.sleep(0.05)
        raise AssertionError((self.folder / "error.log").read_text())

    def serve_paper(self):
        self.certify()
        self.start("nginx.conf", "nginx-tls.conf")

    def ask(self, path, *, method="GET", host="news.example.org", plain=False, size=0):
        """Status, headers and text of an answer."""
        trusting = ssl._create_unverified_context()
        connection = (
            HTTPConnection("127.0.0.1", self.plain, timeout=20)
            if plain
            else HTTPSConnection("127.0.0.1", self.tls, context=trusting, timeout=20)
        )
        with suppress(BrokenPipeError, ConnectionResetError):  # a body that is too long is not read to its end
            connection.request(method, path, body=b"x" * size or None, headers={"Host": host})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, answer.headers, text

    def logged(self, number):
        """The lines of nginx's log, once there are as many: it writes them after it answered."""
        deadline = time.monotonic() + 20
        log = self.folder / "var/log/nginx/access.log"
        while len(lines := log.read_text().splitlines()) < number and time.monotonic() < deadline:
            time.sleep(0.02)
        return [json.loads(line) for line in lines]

    def test_without_a_certificate_it_starts_and_answers_who_issues_one(self):
        (self.folder / "var/www/html/.well-known/acme-challenge/proof").write_text("mine")
        self.start("nginx.conf")
        assert self.ask("/.well-known/acme-challenge/proof", plain=True)[::2] == (200, "mine")
        status, headers, _text = self.ask("/latest/?page=2", plain=True)
        assert (status, headers["Location"]) == (301, "https://news.example.org/latest/?page=2")

    def test_the_newsroom_is_told_host_scheme_client_and_the_name_of_the_request(self):
        self.serve_paper()
        told = json.loads(self.ask("/admin/")[2])
        assert told["host"] == "news.example.org"
        assert told["x-forwarded-proto"] == "https"
        assert told["x-forwarded-for"] == "127.0.0.1"
        (line,) = self.logged(1)
        assert line["id"] == told["x-request-id"]
        assert (line["status"], line["uri"], line["cache"]) == (200, "/admin/", "")
        assert float(line["behind"]) <= line["seconds"] + 0.01

    def test_no_secret_of_an_address_is_in_its_log(self):
        self.serve_paper()
        link, back = (
            reverse("set_password", args=["name", "a-secret"]),
            reverse("openid_connect_callback", args=["desk"]),
        )
        asked = {
            link: "/admin/password/name/…",
            f"{link}?x=1": "/admin/password/name/…",
            f"/{link}": "//admin/password/name/…",
            reverse("shared_preview", args=["a-secret"]): "/preview/…",
            f"{back}?code=a-secret&state=x": f"{back}?…",
            "/admin/password/": "/admin/password/",
            "/latest/?page=2": "/latest/?page=2",
        }
        for path in asked:
            assert self.ask(path)[0] == 200
            assert self.ask(path, plain=True)[0] == 301
        assert [line["uri"] for line in self.logged(2 * len(asked))] == [
            text for text in asked.values() for _two in "ab"
        ]
        assert "a-secret" not in (self.folder / "var/log/nginx/access.log").read_text()

    def test_programs_are_not_led_from_http_to_https(self):
        self.serve_paper()
        for method in ("POST", "PURGE", "PUT", "DELETE", "OPTIONS"):
            assert self.ask("/latest/", method=method, plain=True)[0] == 403, method
        for method in ("GET", "HEAD"):
            assert self.ask("/latest/", method=method, plain=True)[0] == 301, method
        assert self.behind.asked == 0

    def test_only_strong_ciphers_are_taken_and_the_strongest_first(self):
        self.serve_paper()
        offered = {"AES256-GCM-SHA384": False, "ECDHE-ECDSA-AES128-SHA": False, "ECDHE-ECDSA-AES256-SHA384": False}
        offered |= {"ECDHE-ECDSA-AES128-GCM-SHA256": True, "ECDHE-ECDSA-CHACHA20-POLY1305": True}
        assert {cipher: bool(self.cipher_of(cipher)) for cipher in offered} == offered
        both = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"
        assert self.cipher_of(both) == "ECDHE-ECDSA-AES256-GCM-SHA384"

    def cipher_of(self, offered):
        """The cipher of TLS 1.2 that is agreed on with a client that offers these; none if there is none."""
        client = ssl._create_unverified_context()
        client.maximum_version = ssl.TLSVersion.TLSv1_2
        client.set_ciphers(f"{offered}:@SECLEVEL=0")
        connected = socket.create_connection(("127.0.0.1", self.tls), 20)
        with suppress(ssl.SSLError), connected, client.wrap_socket(connected) as secure:
            return secure.cipher()[0]
        return None

    def test_pages_are_kept_until_the_generation_has_another_name(self):
        self.serve_paper()
        link = self.folder / "var/lib/newsroom/generation/current"
        assert [self.ask("/latest/")[1]["X-Proxy-Cache"] for _number in range(2)] == ["MISS", "HIT"]
        (link.parent / "b2").mkdir()
        link.unlink()
        link.symlink_to("b2")
        assert self.ask("/latest/")[1]["X-Proxy-Cache"] == "MISS"
        assert [line["cache"] for line in self.logged(3)] == ["MISS", "HIT", "MISS"]

    def test_a_save_never_goes_over_a_connection_that_was_used_before(self):
        self.serve_paper()
        reused = [json.loads(self.ask(f"/search/?q={number}")[2])["port"] for number in range(3)]
        own = [
            json.loads(self.ask(path, method="POST", size=9)[2])["port"]
            for path in ("/admin/", "/admin/articles/image/add/") * 2
        ]
        assert len(set(reused)) < len(reused)
        assert len(set(own) | set(reused)) == len(own) + len(set(reused))

    def test_a_name_with_www_leads_to_the_one_without(self):
        self.serve_paper()
        status, headers, _text = self.ask("/latest/?a=b", host="www.news.example.org")
        assert (status, headers["Location"]) == (301, "https://news.example.org/latest/?a=b")

    def from_docs(self, first_line, heading):
        """The block of docs/operators.md that begins with ``first_line``, as it is printed there."""
        block = re.search(
            rf"^    {re.escape(first_line)}\n.*?^    }}\n", reference(heading, "docs/operators.md"), PRINTED
        )
        return dedent(block[0])

    def test_a_former_host_leads_to_the_new_one_as_docs_have_it(self):
        former = self.from_docs("server {", "Moving")
        former = former.replace("$FORMER", "old.example.org").replace("$PAPER", "news.example.org").replace("\\$", "$")
        self.certify()
        self.start("nginx.conf", "nginx-tls.conf", more=former)
        for host in ("old.example.org", "www.old.example.org"):
            status, headers, _text = self.ask("/2025/12/08/rail/?a=b", host=host)
            assert (status, headers["Location"]) == (301, "https://news.example.org/2025/12/08/rail/?a=b")
        assert self.ask("/latest/")[0] == 200
        status, headers, _text = self.ask("/latest/", host="www.news.example.org")
        assert (status, headers["Location"]) == (301, "https://news.example.org/latest/")

    def test_pictures_of_a_bucket_are_kept_as_docs_have_it(self):
        self.certify()
        self.start("nginx.conf", "nginx-tls.conf", replaced=self.from_docs("location /media/ {", "Moving"))
        before = self.behind.asked
        assert [self.ask(f"/media/ab/x.jpg?{number}")[0] for number in range(3)] == [200] * 3
        assert self.behind.asked == before + 1

    def test_only_where_files_are_sent_a_body_may_be_long(self):
        self.serve_paper()
        uploads = [
            reverse(f"admin:articles_{name}")
            for name in ("image_upload", "image_add", "paperlook_add", "redirect_import")
        ] + [reverse("admin:articles_image_change", args=[1])]
        for path, largest in [
            ("/latest/", 64),
            ("/admin/articles/article/add/", 6 << 10),
            *((path, 40 << 10) for path in uploads),
        ]:
            with self.subTest(path):
                assert self.ask(path, method="POST", size=largest << 10)[0] == 200
                assert self.ask(path, method="POST", size=(largest << 10) + 1)[0] == 413

    def test_who_sends_a_byte_a_second_is_let_go_and_the_newsroom_never_hears_of_it(self):
        self.serve_paper()
        trusting = ssl._create_unverified_context()
        head = b"POST /admin/login/ HTTP/1.1\r\nHost: news.example.org\r\nContent-Length: 100\r\n\r\n"
        for part in (b"GET / HTTP/1.1\r\nHost: news", head + b"x"):
            with socket.create_connection(("127.0.0.1", self.tls), 20) as plain, trusting.wrap_socket(plain) as slow:
                slow.sendall(part)
                with suppress(ConnectionResetError):
                    answer = slow.recv(1000)
                    assert answer == b"" or b" 408 " in answer
        assert self.behind.asked == 0

    def test_who_guesses_passwords_is_slowed_down_and_who_reads_is_not(self):
        self.serve_paper()
        login = reverse("admin:login")
        statuses = [self.ask(login, method="POST", size=10)[0] for _number in range(20)]
        assert statuses[:10] == [200] * 10
        assert statuses.count(429) >= 8
        assert self.ask(login)[0] == 200
        assert {self.ask("/latest/", method="GET")[0] for _number in range(40)} == {200}
