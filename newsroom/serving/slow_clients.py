"""gunicorn's worker for slow clients: a thread takes up a request when all of it has arrived, and never waits for more.

gunicorn gives a thread to each connection that sends something, so that as many clients as there are threads stop it by
sending a byte a second. Here its loop, which watches all connections at once, collects requests, as nginx does. Whoever
reads an answer slowly still holds a thread, if the answer is larger than the system's buffers: nginx is for those.
"""

import re
import time
from contextlib import suppress

from gunicorn import util
from gunicorn.workers.gthread import _DEFER, TConn, ThreadWorker  # what handle() returns to leave a connection

HEAD_END, LARGEST_HEAD = b"\r\n\r\n", 64 * 1024
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,15})[ \t]*\r\n", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
LARGEST = 40 * 1024 * 1024  # bytes of a request that is collected; the paper refuses a larger one without reading it
MOST_AT_ONCE = 128 * 1024 * 1024  # bytes of all requests that one process collects, small ones not counted
PIECE = 256 * 1024
PATIENCE = 20.0  # seconds for a request to arrive, and one more for each RATE bytes of it
RATE = 2048
CLOSING = 0.1  # seconds in which a client may read the last words of a connection
LOOK = 1.0  # seconds between two looks for late requests


class Arriving:
    """A request that is being collected: what came of it so far, and since when."""

    def __init__(self, conn: TConn) -> None:
        self.conn, self.since = conn, time.monotonic()
        self.received = bytearray(conn.parser.unreader.take_buffered() if conn.parser else b"")
        self.needed = 1  # bytes, as far as is known
        self.is_over = False  # its client left, or sends a head without end
        self.is_collected = False  # with its body; a body too large, or of unknown length, will be refused unread
        self._look()

    @property
    def is_ready(self) -> bool:
        return len(self.received) >= self.needed

    def read(self) -> None:
        """Take what has come, without waiting for more."""
        self.conn.sock.setblocking(False)
        with suppress(BlockingIOError):
            while not self.is_ready and not self.is_over:
                chunk = self.conn.sock.recv(PIECE)
                self.received += chunk
                self.is_over = not chunk
                self._look()

    def _look(self) -> None:
        """Learn from the head how many bytes belong to the request."""
        end = self.received.find(HEAD_END, 0, LARGEST_HEAD) + len(HEAD_END)
        if end < len(HEAD_END):
            self.needed = len(self.received) + 1
            self.is_over = self.is_over or len(self.received) > LARGEST_HEAD
        elif self.needed <= end:
            head = bytes(self.received[:end])
            length = LENGTH.search(head)
            whole = end + int(length[1] if length else 0)
            self.is_collected = whole <= LARGEST and not CHUNKED.search(head)
            self.needed = whole if self.is_collected else end
            if self.is_collected and not self.is_ready and EXPECTS.search(head):
                self.conn.sock.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def is_late(self, now: float) -> bool:
        return now - self.since > PATIENCE + len(self.received) / RATE


class PatientWorker(ThreadWorker):
    """gunicorn's threads, which never wait for a client to send something."""

    def init_process(self):
        self.arriving: dict[TConn, Arriving] = {}
        self.next_look = 0.0
        super().init_process()

    def handle(self, conn):
        """Answer a request that is here; leave any other to the loop."""
        arriving = self.arriving.get(conn) or self.arriving.setdefault(conn, Arriving(conn))
        try:
            arriving.read()
        except OSError:
            arriving.is_over = True
        if not arriving.is_ready and not arriving.is_over and self.alive and self._has_room(arriving):
            return _DEFER
        del self.arriving[conn]
        if not arriving.is_ready:
            conn.close()
            return False
        conn.data_ready, conn.is_collected = True, arriving.is_collected
        conn.init()
        conn.parser.unreader.unread(bytes(arriving.received))
        may_stay = super().handle(conn)
        if not may_stay:
            util.close_graceful(conn.sock, CLOSING)  # else the loop does, and nobody is answered meanwhile
        return may_stay

    def _keepalive_after(self, conn, keepalive):
        """Return whether the connection stays: gunicorn would wait here for the rest of a body that nobody reads."""
        return conn.is_collected and super()._keepalive_after(conn, keepalive)

    def _has_room(self, arriving: Arriving) -> bool:
        if len(arriving.received) <= LARGEST_HEAD:
            return True
        return sum(len(request.received) for request in list(self.arriving.values())) <= MOST_AT_ONCE

    def murder_pending(self):
        """Close connections whose requests are late; gunicorn closes any that is silent for a few seconds."""
        now = time.monotonic()
        if now < self.next_look:
            return
        self.next_look = now + LOOK
        for conn in [conn for conn in self.pending_conns if self.arriving[conn].is_late(now)]:
            self.pending_conns.remove(conn)
            self.poller.unregister(conn.sock)
            self.nr_conns -= 1
            del self.arriving[conn]
            conn.close()
