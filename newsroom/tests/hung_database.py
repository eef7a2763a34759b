"""PostgreSQL as it is when something is wrong: behind a network that swallows all bytes, or a connection killed."""

import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

import psycopg
from django.db import connection

from newsroom.env import POOL


class SwallowingNetwork:
    """Leads to the tests' PostgreSQL, until it ``swallows``: connections stay open, and no byte arrives any more."""

    def __init__(self, test):
        host = connection.settings_dict["HOST"]
        self.server = str(Path(host) / f".s.PGSQL.{connection.settings_dict['PORT'] or 5432}")
        self.swallows, self.sockets = False, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.accept, daemon=True).start()
        test.addCleanup(self.end)

    @property
    def port(self):
        return self.listener.getsockname()[1]

    def accept(self):
        with suppress(OSError):
            while True:
                near, far = self.listener.accept()[0], socket.socket(socket.AF_UNIX)
                far.connect(self.server)
                self.sockets += [near, far]
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=self.relay, args=[source, target], daemon=True).start()

    def relay(self, source, target):
        with suppress(OSError):
            while chunk := source.recv(65536):
                if not self.swallows:
                    target.sendall(chunk)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)

    def end(self):
        for opened in (self.listener, *self.sockets):
            opened.close()


def go_through(network, test):
    """Have Django's connection of this thread come from a pool, and lead through ``network``, until the test ends."""
    usual = dict(connection.settings_dict)
    options = usual["OPTIONS"] | {"pool": POOL | {"max_size": 4}}

    def back():
        connection.close()
        connection.close_pool()
        connection.settings_dict.update(usual)

    connection.close()
    test.addCleanup(back)
    connection.settings_dict.update(HOST="127.0.0.1", PORT=network.port, OPTIONS=options)


def another_connection():
    """A connection of its own to the same database."""
    database = connection.settings_dict
    address = {"dbname": database["NAME"], "user": database["USER"], "host": database["HOST"], "port": database["PORT"]}
    return psycopg.connect(**{name: value for name, value in address.items() if value}, autocommit=True)


def kill(wrapper):
    """End the server's process of Django's connection ``wrapper``, as an administrator's restart does."""
    pid = wrapper.connection.info.backend_pid
    with another_connection() as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
        deadline = time.monotonic() + 20
        while other.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone():
            assert time.monotonic() < deadline, "The process goes on."
            time.sleep(0.01)
