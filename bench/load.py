"""A client that requests addresses over several connections, and counts the answers.

    python bench/load.py 127.0.0.1:8000 /path [/other …] --seconds 2 --connections 8 [--header "Name: value"]

It only asks this machine, and stops by itself. It prints one line of JSON: requests, seconds, errors, statuses.
"""

import argparse
import itertools
import json
import selectors
import socket
import sys
import time
from collections import Counter
from collections.abc import Iterator

LOCAL = {"127.0.0.1", "localhost", "::1"}
LONGEST = 60  # seconds
MOST = 200  # connections
RENEWED = 25  # answers on one connection: otherwise one worker could keep all connections for ever


class Connection:
    """A client that sends a request, reads the whole answer, and begins again."""

    def __init__(self, place: tuple[str, int], requests: Iterator[bytes]):
        self.place, self.requests = place, requests
        self.socket = self.connect()

    def connect(self) -> socket.socket:
        connection = socket.create_connection(self.place, timeout=10)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answer, self.length, self.ends, self.left = b"", None, False, RENEWED
        return connection

    def ask(self) -> None:
        self.answer, self.length = b"", None
        self.socket.sendall(next(self.requests))

    def read(self) -> int | None:
        """Return the status once the answer is complete; 0 for a connection that broke."""
        part = self.socket.recv(262144)
        if not part:
            return 0
        self.answer += part
        if self.length is None:
            end = self.answer.find(b"\r\n\r\n")
            if end < 0:
                return None
            head = self.answer[:end].lower()
            self.status = int(head[9:12])
            at = head.find(b"content-length:")
            bare = self.status in {204, 304}
            self.ends = b"\nconnection: close" in head
            self.length = end + 4 + (0 if bare or at < 0 else int(head[at + 15 :].split(b"\r\n", 1)[0]))
        if len(self.answer) < self.length:
            return None
        self.left -= 1
        return self.status


def load(place: tuple[str, int], requests: list[bytes], seconds: float, connections: int) -> dict:
    """Send ``requests`` in turn for ``seconds`` over ``connections``; return how many were answered, and how."""
    chosen = selectors.DefaultSelector()
    turns = itertools.cycle(requests)
    clients = [Connection(place, turns) for _ in range(connections)]
    for client in clients:
        chosen.register(client.socket, selectors.EVENT_READ, client)
    statuses: Counter[int] = Counter()
    errors = 0
    start = time.perf_counter()
    for client in clients:
        client.ask()
    open_clients = len(clients)
    while open_clients:
        for key, _event in chosen.select(timeout=10):
            client = key.data
            status = client.read()
            if status is None:
                continue
            if status == 0:
                errors += 1
            else:
                statuses[status] += 1
            if time.perf_counter() - start >= seconds:
                chosen.unregister(client.socket)
                client.socket.close()
                open_clients -= 1
                continue
            if status == 0 or client.ends or not client.left:
                chosen.unregister(client.socket)
                client.socket.close()
                client.socket = client.connect()
                chosen.register(client.socket, selectors.EVENT_READ, client)
            client.ask()
    return {
        "requests": sum(statuses.values()),
        "seconds": time.perf_counter() - start,
        "errors": errors,
        "statuses": {str(status): count for status, count in statuses.items()},
    }


def request_for(path: str, host: str, headers: list[str]) -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("place")
    parser.add_argument("path", nargs="+")
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--header", action="append", default=[])
    options = parser.parse_args()
    host, _, port = options.place.rpartition(":")
    if host not in LOCAL:
        sys.exit("It loads this machine alone: name 127.0.0.1 and a port.")
    if not (0 < options.seconds <= LONGEST and 0 < options.connections <= MOST):
        sys.exit(f"At most {LONGEST} seconds and {MOST} connections.")
    requests = [request_for(path, options.place, options.header) for path in options.path]
    print(json.dumps(load((host, int(port)), requests, options.seconds, options.connections)))


if __name__ == "__main__":
    main()
