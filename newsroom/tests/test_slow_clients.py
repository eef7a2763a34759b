"""Clients that send a byte a second, or nothing, against a real gunicorn with the paper's own settings."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

from django.conf import settings
from django.test import SimpleTestCase

from newsroom.serving import slow_clients
from newsroom.serving.request_size import most_bytes
from newsroom.serving.slow_clients import Arriving
from newsroom.tests import made_once

CLIENTS, SECONDS = 160, 4  # of slow clients, more than twice as many as threads; they go on sending all the while
LONGEST_WAIT = 8.0  # seconds that another client waits for its answer on a busy machine; held up, it waits for twenty
STARTING = 60  # seconds at most
PATIENCE = 15  # seconds that a test waits for an answer
HOST = "Host: 127.0.0.1\r\n"
SLOW = {  # what a client sends at once, and then byte by byte
    "nothing at all": ("", ""),
    "the head": ("", f"GET /healthz HTTP/1.1\r\n{HOST}X: " + "y" * 1000),
    "a head without lines": ("", "z" * 1000),
    "the body": (f"POST /admin/login/ HTTP/1.1\r\n{HOST}Content-Length: 1000\r\n\r\n", "a" * 900),
    "a body that is too large": (f"POST /admin/login/ HTTP/1.1\r\n{HOST}Content-Length: 419430400\r\n\r\n", "a" * 900),
    "a body in pieces": (f"POST /admin/login/ HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n\r\n1000\r\n", "a" * 900),
    "more after a broken request": ("NONSENSE\r\n\r\n", "b" * 900),
    "more after its last request": (f"GET /healthz HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n", "c" * 900),
}


class ServedTestCase(SimpleTestCase):
    """A gunicorn of one process on a port of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        listener = cls.enterClassContext(socket.create_server(("127.0.0.1", 0), backlog=512))
        cls.address = listener.getsockname()
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        made_once.copy_file(Path(folder) / "newsroom.sqlite3")
        own = {"NEWSROOM_DEBUG": "1", "NEWSROOM_VAR_DIR": folder, "WEB_CONCURRENCY": "1"}
        others = {name: value for name, value in os.environ.items() if not name.startswith(("NEWSROOM_", "DJANGO_"))}
        command = [sys.executable, "-m", "gunicorn", "newsroom.wsgi", f"--bind=fd://{listener.fileno()}"]
        cls.server = subprocess.Popen(
            [*command, "--log-level=error", "--graceful-timeout=1"],
            cwd=settings.BASE_DIR,
            env=others | own,
            pass_fds=[listener.fileno()],
        )
        cls.addClassCleanup(cls.stop)
        until = time.monotonic() + STARTING
        while not cls.ask("GET /healthz HTTP/1.1\r\n") and time.monotonic() < until:
            time.sleep(0.1)

    @classmethod
    def stop(cls):
        cls.server.terminate()
        cls.server.wait(20)

    @classmethod
    def connect(cls):
        return socket.create_connection(cls.address, timeout=PATIENCE)

    @classmethod
    def ask(cls, line, headers="", body=b"", ending="Connection: close\r\n"):
        """Send a request at once, and return all that comes until the server closes."""
        with cls.connect() as client, suppress(OSError):
            client.sendall(f"{line}{HOST}{ending}{headers}\r\n".encode() + body)
            return cls.read_all(client)
        return b""

    @staticmethod
    def read_all(client):
        parts = []
        with suppress(OSError):
            while part := client.recv(65536):
                parts.append(part)
        return b"".join(parts)


class SlowClientsTests(ServedTestCase):
    def test_clients_at_a_byte_a_second_keep_nobody_else_waiting(self):
        kinds = [kind for number in range(CLIENTS) for kind in [list(SLOW.values())[number % len(SLOW)]]]
        self.hold_up(kinds)

    def test_clients_that_are_slow_in_one_way_keep_nobody_else_waiting(self):
        for name, kind in SLOW.items():
            with self.subTest(name):
                self.hold_up([kind] * CLIENTS, seconds=1)

    def hold_up(self, kinds, seconds=SECONDS):
        """Let clients of these ``kinds`` send byte by byte, and look how long others wait meanwhile."""
        clients = [(self.connect(), later) for _at_once, later in kinds]
        try:
            for (client, _later), (at_once, _rest) in zip(clients, kinds, strict=True):
                client.sendall(at_once.encode())
            for second in range(seconds):
                for client, later in clients:
                    with suppress(OSError):  # the server closed it
                        client.send(later[second : second + 1].encode())
                begin = time.monotonic()
                assert b"200 OK" in self.ask("GET /healthz HTTP/1.1\r\n")
                assert time.monotonic() - begin < LONGEST_WAIT
                time.sleep(max(0, begin + 1 - time.monotonic()))
        finally:
            for client, _later in clients:
                client.close()

    def test_connection_goes_on_after_a_request_with_a_body(self):
        post = f"POST /admin/login/ HTTP/1.1\r\n{HOST}Content-Length: 7\r\nContent-Type: text/plain\r\n\r\n"
        with self.connect() as client:
            client.sendall(post.encode() + b"abc")
            time.sleep(0.1)
            client.sendall(b"defg" + f"GET /healthz HTTP/1.1\r\n{HOST}\r\n".encode())
            client.sendall(f"GET /healthz HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n".encode())
            answers = self.read_all(client)
        assert answers.count(b"HTTP/1.1 ") == 3
        assert answers.count(b"HTTP/1.1 200 OK") == 2

    def test_client_that_asks_first_is_told_to_go_on(self):
        head = f"POST /healthz HTTP/1.1\r\n{HOST}Content-Length: 3\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
        with self.connect() as client:
            client.sendall(head.encode())
            assert client.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
            client.sendall(b"abc")
            assert b"HTTP/1.1 405" in self.read_all(client)

    def test_body_too_large_or_of_unknown_length_is_refused_unread(self):
        assert b"HTTP/1.1 413" in self.ask("POST /admin/login/ HTTP/1.1\r\n", "Content-Length: 419430400\r\n", b"x" * 9)
        assert b"HTTP/1.1 411" in self.ask(
            "POST /admin/login/ HTTP/1.1\r\n", "Transfer-Encoding: chunked\r\n", b"9\r\n"
        )


class ArrivingTests(SimpleTestCase):
    def setUp(self):
        self.client_end, server_end = socket.socketpair()
        self.addCleanup(self.client_end.close)
        self.addCleanup(server_end.close)
        self.request = Arriving(SimpleNamespace(sock=server_end, parser=None))

    def send(self, text):
        self.client_end.sendall(text.encode())
        self.request.read()
        return self.request

    def test_request_is_ready_at_its_last_byte(self):
        for text in (f"GET / HTTP/1.1\r\n{HOST}\r\n", f"POST / HTTP/1.1\r\ncontent-LENGTH:\t3 \r\n{HOST}\r\nabc"):
            self.setUp()
            for letter in text[:-1]:
                assert not self.send(letter).is_ready
            assert self.send(text[-1]).is_ready
            assert self.request.is_collected

    def test_head_without_end_is_over(self):
        for _part in range(slow_clients.LARGEST_HEAD // 1024):
            assert not self.send("x" * 1024).is_over
        assert self.send("x").is_over

    def test_client_that_leaves_is_over(self):
        self.client_end.sendall(b"GET / HT")
        self.client_end.close()
        self.request.read()
        assert self.request.is_over
        assert not self.request.is_ready

    def test_request_may_take_longer_the_more_of_it_comes(self):
        now = self.request.since
        assert not self.request.is_late(now + slow_clients.PATIENCE)
        assert self.request.is_late(now + slow_clients.PATIENCE + 1)
        self.send("x" * 10 * slow_clients.RATE)
        assert not self.request.is_late(now + slow_clients.PATIENCE + 10)
        assert self.request.is_late(now + slow_clients.PATIENCE + 11)

    def test_every_body_that_the_paper_takes_is_collected(self):
        assert most_bytes("/admin/articles/image/upload/") + slow_clients.LARGEST_HEAD < slow_clients.LARGEST
