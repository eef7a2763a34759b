"""The client against servers on this machine: what it bounds, whom it asks, whom it believes."""

import gzip
import ssl
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from unittest import mock

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.test import SimpleTestCase

from ground.http import Client, Failure, Reason
from ground.internet import is_loopback

ANY_PORT = {"http": None, "https": None}
NAMED = "paper.example"


class Server(BaseHTTPRequestHandler):
    """What it answers stands in the address."""

    def do_GET(self):
        self.server.asked.append((self.path, dict(self.headers)))
        try:
            getattr(self, f"answer_{self.path.split('/')[1]}", self.answer)()
        except OSError:  # the client has had enough
            return

    def answer(self, body=b"fine", status=200, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def answer_packed(self):
        self.answer(gzip.compress(b"x" * 5_000_000), Content_Encoding="gzip")

    def answer_garbled(self):
        self.answer(b"no gzip", Content_Encoding="gzip")

    def answer_error(self):
        self.answer(b"x" * 5_000, 500)

    def answer_to(self):
        self.answer(b"", 302, Location=self.path.removeprefix("/to/"))

    def answer_drops(self):
        self.send_response(200)
        self.end_headers()
        for _letter in range(100):
            self.wfile.write(b"x")
            time.sleep(0.05)

    def answer_silence(self):
        time.sleep(1)

    def log_message(self, *args):
        pass


@contextmanager
def running(context=None):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.asked, server.daemon_threads = [], True
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def client(**more):
    """One that asks this machine, whatever a host is called."""
    usual = {"is_open": is_loopback, "ports": ANY_PORT, "most_bytes": 1_000, "look_up": lambda host: ["127.0.0.1"]}
    return Client(**usual | more)


class ClientTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        context = running()
        cls.server = context.__enter__()
        cls.addClassCleanup(context.__exit__, None, None, None)

    def setUp(self):
        self.server.asked.clear()

    def ask(self, path, **more):
        return client(**more).request("GET", f"http://{NAMED}:{self.server.server_port}/{path}")

    def refused(self, path, **more):
        start = time.monotonic()
        with pytest.raises(Failure) as caught:
            self.ask(path, **more)
        assert time.monotonic() - start < 0.9
        assert caught.value.host == NAMED
        return caught.value.reason

    def test_answer_comes_whole_and_by_the_name_of_the_host(self):
        response = self.ask("a b?c=ö#d")
        assert (response.status, response.body) == (200, b"fine")
        ((path, headers),) = self.server.asked
        assert path == "/a%20b?c=%C3%B6"
        assert headers["Host"] == f"{NAMED}:{self.server.server_port}"

    def test_bytes_are_counted_after_they_were_unpacked(self):
        assert self.refused("packed") == Reason.TOO_LONG
        assert self.refused("garbled") == Reason.GARBLED

    def test_body_is_read_of_a_success_alone_and_only_where_it_is_wanted(self):
        assert self.ask("error").body == b""
        assert self.ask("fine", most_bytes=0).body == b""

    def test_drops_and_silence_have_an_end(self):
        assert self.refused("drops", whole=0.3) == Reason.LATE
        assert self.refused("silence", whole=0.3) == Reason.LATE
        assert self.refused("silence", silence=0.2) == Reason.SILENT

    def test_look_up_has_an_end(self):
        assert self.refused("fine", whole=0.2, look_up=lambda host: time.sleep(1) or []) == Reason.LATE

    def test_redirects_are_counted(self):
        assert self.ask("to//to//fine", redirects=2).body == b"fine"
        assert self.refused("to//to//fine", redirects=1) == Reason.LOOP
        assert self.ask("to//fine").status == 302

    def test_redirect_begins_anew(self):
        found = {NAMED: ["127.0.0.1"], "inside.example": ["10.0.0.1"]}
        inside = f"to/http://inside.example:{self.server.server_port}/"
        with pytest.raises(Failure) as caught:
            self.ask(inside, redirects=1, look_up=found.get)
        assert (caught.value.reason, caught.value.host) == (Reason.INSIDE, "inside.example")
        assert self.refused(inside, redirects=1, elsewhere=False) == Reason.ELSEWHERE
        with mock.patch.object(Server, "answer_to", lambda server: server.answer(b"", 302, Location="http://[half")):
            assert self.refused("to/", redirects=1) == Reason.BROKEN
        assert len(self.server.asked) == 3

    def test_host_with_one_address_inside_is_not_asked(self):
        assert self.refused("fine", look_up=lambda host: ["127.0.0.1", "10.0.0.1"]) == Reason.INSIDE
        assert self.server.asked == []

    def test_ports_and_schemes_that_are_not_named_are_not_asked(self):
        assert self.refused("fine", ports={"http": 80}) == Reason.PORT
        assert self.refused("fine", ports={"https": None}) == Reason.SCHEME
        assert self.server.asked == []

    def test_host_is_looked_up_once_and_what_was_found_is_asked(self):
        look_up = mock.Mock(side_effect=[["127.0.0.1"], ["10.0.0.1"]])
        assert self.ask("fine", look_up=look_up).status == 200
        look_up.assert_called_once_with(NAMED)

    def test_address_that_takes_no_connection_is_passed_over(self):
        assert self.ask("fine", look_up=lambda host: ["127.0.0.2", "127.0.0.1"]).status == 200
        assert self.refused("fine", look_up=lambda host: ["127.0.0.2"]) == Reason.UNREACHED

    def test_name_and_password_are_not_sent(self):
        client().request("GET", f"http://me:secret@{NAMED}:{self.server.server_port}/")
        assert "Authorization" not in self.server.asked[0][1]


class CertificateTests(SimpleTestCase):
    """The certificate has to be that of the host that was named, not of the address that was found."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.certificate = folder / "certificate.pem"
        cls.certificate.write_bytes(certificate(NAMED))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cls.certificate)
        cls.server = cls.enterClassContext(running(context))

    def ask(self, host):
        return client().request("GET", f"https://{host}:{self.server.server_port}/")

    def test_host_that_can_prove_it(self):
        with mock.patch.dict("os.environ", SSL_CERT_FILE=str(self.certificate)):
            assert self.ask(NAMED).body == b"fine"

    def test_another_host_with_a_good_certificate_is_not_believed(self):
        with mock.patch.dict("os.environ", SSL_CERT_FILE=str(self.certificate)), pytest.raises(Failure) as caught:
            self.ask("other.example")
        assert caught.value.reason == Reason.CERTIFICATE

    def test_certificate_that_nobody_vouches_for_is_not_believed(self):
        with pytest.raises(Failure) as caught:
            self.ask(NAMED)
        assert caught.value.reason == Reason.CERTIFICATE


def certificate(host):
    """A key and a certificate for ``host`` that it signed itself, as a server reads them."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
