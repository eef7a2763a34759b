"""The web server: ``gunicorn newsroom.wsgi`` reads this file by itself, from the folder it is started in.

What a machine needs otherwise can be said on the command line or in GUNICORN_CMD_ARGS, like --bind.
"""

import multiprocessing
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from gunicorn import systemd

FOLDER = Path(__file__).resolve().parent
RELEASE = FOLDER.parent.parent / "current" if FOLDER.parent.name == "releases" else FOLDER  # what a reload starts
wsgi_app = "newsroom.wsgi"
workers = int(os.environ.get("WEB_CONCURRENCY") or min(8, max(2, multiprocessing.cpu_count())))
# A thread takes up a request that is here; as many clients as there are connections may be slow to send theirs. What is
# at work in the database at once is bounded by its pool, not by this.
worker_class = "newsroom.serving.slow_clients.PatientWorker"
threads = 64
worker_connections = 900  # as many fit into the 1,024 files that a system usually lets a process open
backlog = 1024
keepalive = 5  # seconds that a connection waits for its next request
timeout = 60  # seconds until a worker that does not answer its master is replaced
graceful_timeout = 30  # seconds that a worker gets to end what it is doing, as after HUP
preload_app = False  # a worker that cannot load the code must fail alone; --preload works, too
limit_request_line = 4094
control_socket_disable = True
accesslog = None  # whatever stands in front of it keeps one
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # its heartbeat must not wait for a disk


def on_starting(server):
    """Have HUP start another master beside this one, which goes when the other's first worker has loaded its code.

    gunicorn's own HUP forks workers of this master, with its packages, and ends everything if they can't be started.
    A container's first process must stay, so there it remains as it was.
    """
    if os.getpid() != 1:
        server.handle_hup = lambda: hand_over(server)


def hand_over(server):
    """Start another master; gunicorn starts none before it notices, once a second, that the one before this is gone."""
    server.maybe_promote_master()
    server.handle_usr2()


def pre_exec(server):
    """Start the other master from the release that is current now, by its real path and with today's environment.

    It looks for systemd's sockets where systemd puts them, from 3 on; gunicorn has moved them since.
    """
    if server.systemd:
        for number, listener in enumerate(server.LISTENERS, start=systemd.SD_LISTEN_FDS_START):
            os.set_inheritable(listener.fileno(), False)
            os.dup2(listener.fileno(), number)
            os.set_inheritable(number, True)  # also where it was there already
    release = RELEASE.resolve()
    program = str(release / "bin" / "newsroom")
    server.START_CTX = {0: program, "args": [program, "web", *sys.argv[1:]], "cwd": str(release)}


def post_worker_init(worker):
    """Take over from the master before, if there is one; listen to other machines, as nginx may answer for long.

    Unless it begins as such a successor's, pages kept before are made anew: a worker that was killed may have committed
    something and not said so.
    """
    from newsroom.serving import generation

    former = os.getenv("GUNICORN_PID")
    if not former or worker.age > worker.cfg.workers:
        with suppress(OSError):  # where no new generation can be written, nothing is kept
            generation.change()
    generation.follower.start()
    if former and former == parent_of(worker.ppid):
        systemd.sd_notify(f"MAINPID={worker.ppid}\nREADY=1", worker.log)
        os.kill(int(former), signal.SIGTERM)


def parent_of(process):
    """Return the number of the process that started this one, as text: proc(5)."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1]
