"""The one HTTP client: which hosts may be asked, for how long, and for how much.

A host's name is looked up once and only the addresses found are connected to, so a name can't point elsewhere a moment
later. Every redirect is checked anew. Proxies of the environment are not used.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import DecodeError, HTTPError, NewConnectionError
from urllib3.exceptions import TimeoutError as SlowError
from urllib3.response import BaseHTTPResponse
from urllib3.util.ssl_match_hostname import CertificateError

from ground.internet import IPAddress, in_time, is_open, look_up

PORTS = {"http": 80, "https": 443}
REDIRECTS = {301, 302, 303, 307, 308}
MOST_TRIED = 3  # addresses of one host
PIECE = 16 * 1024  # bytes read at once
OVERTIME = 0.01  # seconds: a connection that is stopped is late, and counts as nothing else
UNRESERVED = "/%:=&?~+!$,;'@()*"  # they stay as they are in a path or a query


def normal(address: str) -> str:
    """Return ``address`` as it is requested: without name and password, and without the fragment."""
    parts = urlsplit(address.strip())
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))


class Reason(StrEnum):
    """The reason why nothing was requested, or no answer came."""

    BROKEN = "broken"  # not an address
    SCHEME = "scheme"
    PORT = "port"
    NO_HOST = "no host"  # the name is unknown
    INSIDE = "inside"  # one of the host's addresses may not be requested
    CERTIFICATE = "certificate"
    UNREACHED = "unreached"  # or the connection broke off
    SILENT = "silent"
    LATE = "late"  # the time for everything is over
    TOO_LONG = "too long"
    GARBLED = "garbled"  # can't be unpacked
    ELSEWHERE = "elsewhere"  # a redirect to another host, which is not followed
    LOOP = "loop"  # more redirects than are followed


class Failure(Exception):
    """The error when ``host`` gives no answer; ``other`` is the host of a refused redirect."""

    def __init__(self, reason: Reason, host: str = "", other: str = ""):
        super().__init__(f"{host}: {reason}")
        self.reason, self.host, self.other = reason, host, other


@dataclass(frozen=True)
class Response:
    """The answer of ``address``; ``body`` is unpacked, and empty unless the status is a success."""

    address: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Client:
    """The limits of requests: which hosts may be asked, and what an answer may cost.

    A host with any address that is not ``is_open`` is not asked. ``ports`` maps each permitted scheme to its port, None
    for any port. ``connect`` and ``silence`` are seconds to reach one address and to wait for the next chunk, ``whole``
    those for everything, redirects and slow servers included. ``most_bytes`` limits the unpacked body; with 0 it is not
    read. With 0 ``redirects`` a redirect is returned as the answer; others are followed to other hosts only with
    ``elsewhere``.
    """

    is_open: Callable[[IPAddress], bool] = is_open
    ports: Mapping[str, int | None] = field(default_factory=PORTS.copy)
    connect: float = 4.0
    silence: float = 4.0
    whole: float = 12.0
    most_bytes: int = 0
    redirects: int = 0
    elsewhere: bool = True
    look_up: Callable[[str], list[str]] = look_up

    def deadline(self) -> float:
        """Return the deadline of a request that begins now, as a value of ``time.monotonic``."""
        return time.monotonic() + self.whole

    def request(
        self,
        method: str,
        address: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        until: float | None = None,
    ) -> Response:
        """Return the answer of ``address`` within ``until`` (by default ``deadline()``), or raise ``Failure``."""
        until = self.deadline() if until is None else until
        for _redirect in range(self.redirects + 1):
            response = self._ask(method, address, dict(headers or {}), body, until)
            moved_to = response.headers.get("Location")
            if not self.redirects or response.status not in REDIRECTS or not moved_to:
                return response
            address = self._next(response.address, moved_to)
        raise Failure(Reason.LOOP, urlsplit(response.address).hostname or "")

    def _next(self, address: str, moved_to: str) -> str:
        old = urlsplit(address)
        host = old.hostname or ""
        try:
            new = urlsplit(urljoin(address, moved_to))
            is_same = (new.hostname, new.port) == (old.hostname, old.port)
        except ValueError:
            raise Failure(Reason.BROKEN, host) from None
        if not is_same and not self.elsewhere:
            raise Failure(Reason.ELSEWHERE, host, (new.hostname or "?")[:100])
        return new.geturl()

    def _ask(self, method: str, address: str, headers: dict[str, str], body: bytes | None, until: float) -> Response:
        """Send one request to one address and return the answer, whatever its status."""
        try:
            address = normal(address)
            parts = urlsplit(address)
            port = self._port(parts)
            host = _ascii(parts)
        except ValueError:  # urlsplit's, of half an address
            raise Failure(Reason.BROKEN) from None
        addresses = self._addresses(host, until)
        path = quote(parts.path or "/", UNRESERVED) + (f"?{quote(parts.query, UNRESERVED)}" if parts.query else "")
        host_header = f"[{host}]" if ":" in host else host
        host_header += f":{port}" if port != PORTS[parts.scheme] else ""
        headers = {"Host": host_header, "Connection": "close"} | headers
        with _as_failure(host, until), self._connected(parts.scheme, host, addresses, port, until) as connection:
            connection.request(method, path, body=body, headers=headers, preload_content=False)
            with closing(connection.getresponse()) as response:
                read = self._read(response, host, until) if self.most_bytes and response.status < 300 else b""
                if connection.is_stopped:  # half an answer, which reads like a short one
                    raise TimeoutError
                return Response(address, response.status, response.headers, read)

    def _port(self, parts: SplitResult) -> int:
        """Return the port to connect to; raise ``Failure`` for a scheme or a port that is not permitted."""
        if parts.scheme not in self.ports:
            raise Failure(Reason.SCHEME, parts.hostname or parts.geturl()[:100])
        usual = self.ports[parts.scheme]
        if usual and parts.port not in {None, usual}:
            raise Failure(Reason.PORT, parts.hostname or "")
        return parts.port or usual or PORTS[parts.scheme]

    def _addresses(self, host: str, until: float) -> list[str]:
        """Return the addresses of ``host``; raise ``Failure`` if any of them may not be connected to."""
        try:
            addresses = in_time(lambda: self.look_up(host), _left(until))
        except socket.gaierror as error:
            is_unknown = error.errno in {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
            raise Failure(Reason.NO_HOST if is_unknown else Reason.UNREACHED, host) from None
        except TimeoutError:
            raise Failure(Reason.LATE, host) from None
        except (OSError, UnicodeError):
            raise Failure(Reason.UNREACHED, host) from None
        if not addresses:
            raise Failure(Reason.NO_HOST, host)
        if not all(self.is_open(ip_address(address)) for address in addresses):
            raise Failure(Reason.INSIDE, host)
        return addresses[:MOST_TRIED]

    @contextmanager
    def _connected(
        self, scheme: str, host: str, addresses: list[str], port: int, until: float
    ) -> Iterator["_Plain | _Secure"]:
        """Yield a connection to the first of ``addresses`` that accepts one; it is stopped when its time is over."""
        for number, address in enumerate(addresses, 1):
            connection = _connection(scheme, host, address, port, min(self.connect, _left(until)))
            brake = threading.Timer(_left(until) + OVERTIME, connection.stop)
            brake.daemon = True
            brake.start()
            try:
                try:
                    connection.connect()
                except (HTTPError, OSError):
                    if number == len(addresses) or connection.is_stopped:
                        raise
                    continue
                connection.timeout = self.silence
                yield connection
                return
            finally:
                brake.cancel()
                connection.close()
                connection.let_go()

    def _read(self, response: BaseHTTPResponse, host: str, until: float) -> bytes:
        body = bytearray()
        while chunk := response.read1(PIECE):  # type: ignore[attr-defined] # the base class doesn't name it
            body += chunk
            if len(body) > self.most_bytes:
                raise Failure(Reason.TOO_LONG, host)
            _left(until)
        return bytes(body)


@contextmanager
def _as_failure(host: str, until: float) -> Iterator[None]:
    """Turn the errors of a request into a ``Failure`` with its reason."""
    try:
        yield
    except DecodeError:
        raise Failure(Reason.GARBLED, host) from None
    except (ssl.SSLCertVerificationError, CertificateError):
        raise Failure(Reason.CERTIFICATE, host) from None
    except (HTTPError, http.client.HTTPException, OSError, ValueError) as trouble:
        if time.monotonic() >= until:
            raise Failure(Reason.LATE, host) from None
        is_slow = isinstance(trouble, TimeoutError | SlowError) and not isinstance(trouble, NewConnectionError)
        raise Failure(Reason.SILENT if is_slow else Reason.UNREACHED, host) from None


def _ascii(parts: SplitResult) -> str:
    """Return the host as addresses spell it (IDNA), whatever its alphabet."""
    if not parts.hostname:
        raise ValueError
    return parts.hostname if ":" in parts.hostname else parts.hostname.encode("idna").decode("ascii")


def _left(until: float) -> float:
    """Return the seconds until ``until``; raise TimeoutError if none are left."""
    if (seconds_left := until - time.monotonic()) <= 0:
        raise TimeoutError
    return seconds_left


class _Braked:
    """A connection that a timer can stop, so that an answer that comes drop by drop ends in time."""

    brake: socket.socket | None = None
    is_stopped = False

    def _new_conn(self):
        connected = super()._new_conn()  # type: ignore[misc] # urllib3's, of the class beside this one
        self.brake = connected.dup()
        return connected

    def stop(self) -> None:
        self.is_stopped = True
        if self.brake:
            try:
                self.brake.shutdown(socket.SHUT_RDWR)
            except OSError:  # it ended by itself in this moment
                return

    def let_go(self) -> None:
        if self.brake:
            self.brake.close()


class _Plain(_Braked, HTTPConnection):
    pass


class _Secure(_Braked, HTTPSConnection):
    pass


def _connection(scheme: str, host: str, address: str, port: int, timeout: float) -> _Plain | _Secure:
    """Return an unopened connection to ``address``, whose certificate must be that of ``host``."""
    if scheme == "https":
        return _Secure(
            address, port, timeout=timeout, server_hostname=host, assert_hostname=host, cert_reqs="CERT_REQUIRED"
        )
    return _Plain(address, port, timeout=timeout)
