import errno
import os
import signal
import socket
import subprocess
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from newsroom import demo_users

HOST = "127.0.0.1"
DEFAULT_PORT = "8000"
PORTS_TRIED = 20
SERVES, WORKS = "web server", "task worker"
FIRST_PAUSE, LONGEST_PAUSE = 2, 60  # seconds from one start of the worker to the next
PATIENCE = 10  # seconds that a child process gets to finish its work
MANAGE = [sys.executable, str(settings.BASE_DIR / "manage.py")]
WORKER = [*MANAGE, "work", "--no-reload", "--no-startup-delay", "--verbosity=0"]
SERVER = [sys.executable, "-m", "gunicorn", "newsroom.wsgi", "--workers=2", "--log-level=warning"]


class Command(BaseCommand):
    help = "Serve the paper on this machine, with a worker for its background tasks, until Ctrl-C."

    def add_arguments(self, parser):
        parser.add_argument(
            "--port", default=os.environ.get("PORT") or DEFAULT_PORT, help="The variable PORT says the same."
        )

    def handle(self, **options):
        self.stopping = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        with listening_socket(read_port(options["port"]), self.stdout.write) as listener:
            self._introduce(listener.getsockname()[1])
            children = start_children(listener)
            started = how_started(listener)
        try:
            ended = self._watch(children, started)
        finally:
            self.stdout.write("Stopping …")
            self.stdout.flush()
            end_children(children.values())
        if ended:
            raise CommandError(f"The {ended} stopped by itself; what it said is above. Everything else is stopped too.")
        self.stdout.write("Stopped.")

    def _stop(self, number, frame):
        self.stopping = True

    def _watch(self, children, started):
        """Return the name of a child that ended by itself; None if a person ended them all.

        A worker that ended is started again: readers and the desk go on without it meanwhile.
        """
        begun, pause = time.monotonic(), FIRST_PAUSE
        while not self.stopping:
            if children[SERVES].poll() is not None:
                return SERVES
            if children[WORKS].poll() is not None and time.monotonic() > begun + pause:
                self.stdout.write(f"The {WORKS} stopped by itself; what it said is above. It is started again.")
                self.stdout.flush()
                pause = min(2 * pause, LONGEST_PAUSE) if time.monotonic() < begun + LONGEST_PAUSE else FIRST_PAUSE
                begun = time.monotonic()
                children[WORKS] = subprocess.Popen(WORKER, **started)
            time.sleep(0.2)
        return None

    def _introduce(self, port):
        root = f"http://{HOST}:{port}/"
        self.stdout.write(f"The paper:  {root}\nThe desk:   {root}admin/")
        users = demo_users.existing()
        if users:
            self.stdout.write(f"Log in with the password {demo_users.PASSWORD} as")
        for user in users:
            self.stdout.write(f"    {user.username:10} {user.role}")
        self.stdout.write("Ctrl-C stops it.")
        self.stdout.flush()


def read_port(text):
    """Return a port number, or raise CommandError that names PORT."""
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 65535):
        raise CommandError(f"PORT is “{text}”; it must be a whole number from 1 to 65535.")
    return int(text)


def listening_socket(first_port, say):
    """Return a listening socket on ``first_port``, or on the next free port after it."""
    for port in range(first_port, min(first_port + PORTS_TRIED, 65536)):
        try:
            listener = socket.create_server((HOST, port), backlog=128)
        except PermissionError:
            raise CommandError(f"PORT {port} is only for the system's administrator; choose one from 1024.") from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise CommandError(f"PORT {port} can't be used: {error.strerror}.") from None
            continue
        if port != first_port:
            say(f"Port {first_port} is taken, so this is port {port}.")
        return listener
    raise CommandError(f"No port is free from {first_port} on; choose another by PORT.")


def start_children(listener):
    """Start the server on ``listener`` and the worker, in sessions of their own, so that Ctrl-C only reaches this
    process.
    """
    bound = listener.fileno()
    server = [*SERVER, f"--bind=fd://{bound}", "--graceful-timeout=5"]
    return {
        SERVES: subprocess.Popen(server, pass_fds=[bound], **how_started(listener)),
        WORKS: subprocess.Popen(WORKER, **how_started(listener)),
    }


def how_started(listener: socket.socket) -> dict[str, Any]:
    """Return how a child is started: on this machine debug is intended, and readers are at ``listener``."""
    watched = {"NEWSROOM_WATCH_URLS": f"http://{HOST}:{listener.getsockname()[1]}/"} if settings.DEBUG else {}
    return {
        "cwd": settings.BASE_DIR,
        "env": watched | os.environ | {"NEWSROOM_DEBUG": "1" if settings.DEBUG else "0"},
        "start_new_session": True,
        "stdin": subprocess.DEVNULL,
    }


def end_children(children):
    """Ask every child to end, wait, and kill those that do not."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + PATIENCE
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
