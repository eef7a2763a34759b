"""The web server: ``gunicorn newsroom.wsgi`` reads this file by itself, from the folder it is started in.

What a machine needs otherwise can be said on the command line or in GUNICORN_CMD_ARGS, like --bind.
"""

import multiprocessing
import os

wsgi_app = "newsroom.wsgi"
workers = int(os.environ.get("WEB_CONCURRENCY") or min(8, max(2, multiprocessing.cpu_count())))
# A thread is cheap and waits for one client. As many clients can be slow at once as there are threads, in each worker;
# the others are answered meanwhile. What is at work in the database at once is bounded by its pool, not by this.
worker_class = "gthread"
threads = 64
worker_connections = 1000
backlog = 1024
keepalive = 5  # seconds that a connection waits for its next request
timeout = 60  # seconds until a worker that does not answer its master is replaced
graceful_timeout = 30  # seconds that a worker gets to end what it is doing, as after HUP
preload_app = False  # a worker that cannot load the code must fail alone; --preload works, too
limit_request_line = 4094
control_socket_disable = True
accesslog = None  # whatever stands in front of it keeps one
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # its heartbeat must not wait for a disk


def post_worker_init(worker):
    """Listen to other machines from the start, as nginx may answer for long without this worker."""
    from newsroom.serving import generation

    generation.follower.start()
