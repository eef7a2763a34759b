"""A real gunicorn on a paper of its own, and a Redis that is just enough for one."""

import os
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from newsroom.tests import made_once

START = 40


class Paper:
    """A folder with an empty paper, and the environment that names it."""

    def __init__(self, test, **variables):
        folder = tempfile.TemporaryDirectory(prefix="newsroom-served-")
        test.addCleanup(folder.cleanup)
        self.test, self.folder = test, Path(folder.name)
        made_once.copy_file(self.folder / "newsroom.sqlite3")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("NEWSROOM_", "DJANGO_"))}
        self.environment = kept | {"NEWSROOM_VAR_DIR": str(self.folder), "NEWSROOM_DEBUG": "1"} | variables
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.root = f"http://127.0.0.1:{self.port}"
        self.log = self.folder / "log.txt"

    def start(self, *command, cwd=settings.BASE_DIR):
        """Serve the paper by ``command``, and stop it after the test; wait until it answers."""
        with self.log.open("ab") as log:
            how = {"cwd": cwd, "env": self.environment, "start_new_session": True, "stdout": log, "stderr": log}
            process = subprocess.Popen([*command, f"--bind=127.0.0.1:{self.port}"], **how)
        self.test.addCleanup(end_session, process)
        self.wait_for(lambda: self.ask("/healthz"), "The server does not start.")
        return process

    def ask(self, path):
        """The header X-Cache of a page, or what the page says; an error if it is none."""
        with urllib.request.urlopen(self.root + path, timeout=20) as answer:
            return answer.headers["X-Cache"] or answer.read().decode()

    def wait_for(self, condition, message):
        deadline = time.monotonic() + START
        while time.monotonic() < deadline:
            with suppress(OSError):
                if value := condition():
                    return value
            time.sleep(0.05)
        raise AssertionError(f"{message}\n{self.log.read_text()[-3000:]}")


def gunicorn(*options):
    return [sys.executable, "-m", "gunicorn", "newsroom.wsgi", *options]


def children_of(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def threads_of(pid):
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def sockets_of(pid):
    """The inodes of a process's open sockets."""
    names = [os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir()]
    return {name for name in names if name.startswith("socket:")}


def end_session(process):
    """Kill a process and what it started: a master that took over from it is in its session, too."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, 9)
    process.wait()


class StandInRedis(socketserver.ThreadingTCPServer):
    """Answers what a generation and kept pages need of Redis: https://redis.io/docs/latest/develop/reference/protocol-spec/"""

    allow_reuse_address = daemon_threads = True

    def __init__(self, test):
        super().__init__(("127.0.0.1", 0), Answering)
        self.values = {}
        threading.Thread(target=self.serve_forever, args=[0.05], daemon=True).start()
        test.addCleanup(self.server_close)
        test.addCleanup(self.shutdown)

    @property
    def address(self):
        return f"redis://127.0.0.1:{self.server_address[1]}/0"


class Answering(socketserver.StreamRequestHandler):
    def handle(self):
        with suppress(OSError):
            while line := self.rfile.readline():
                command, *values = [self.read_value() for _number in range(int(line[1:]))]
                self.wfile.write(self.answer(command.upper(), values))

    def read_value(self):
        length = int(self.rfile.readline()[1:])
        return self.rfile.read(length + 2)[:length]

    def answer(self, command, values):
        kept = self.server.values
        if command == b"GET":
            value = kept.get(values[0])
            return b"_\r\n" if value is None else b"$%d\r\n%s\r\n" % (len(value), value)
        if command == b"SET":
            kept[values[0]] = values[1]
            return b"+OK\r\n"
        return {b"HELLO": b"%1\r\n+proto\r\n:3\r\n", b"PING": b"+PONG\r\n"}.get(command, b"+OK\r\n")
