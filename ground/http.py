"""The one HTTP client: which hosts may be asked, for how long, and for how much.

A host's name is looked up once, and only what was looked up is connected to, so that a name can't point elsewhere a
moment later. Every redirect begins anew. No proxy of the environment is used.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
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
OVERTIME = 0.01  # seconds: what was ended from outside is late, and nothing else
UNRESERVED = "/%:=&?~+!$,;'@()*"  # stay as they are in a path or a query


def normal(address: str) -> str:
    """``address`` as it is asked: without name and password, and without what only a browser reads."""
    parts = urlsplit(address.strip())
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))


class Reason(StrEnum):
    """Why nothing was asked, or nothing came."""

    BROKEN = "broken"  # no address at all
    SCHEME = "scheme"
    PORT = "port"
    NO_HOST = "no host"  # nobody knows the name
    INSIDE = "inside"  # one of the host's addresses may not be asked
    CERTIFICATE = "certificate"
    UNREACHED = "unreached"  # or it broke off
    SILENT = "silent"
    LATE = "late"  # the whole time is over
    TOO_LONG = "too long"
    GARBLED = "garbled"  # can't be unpacked
    ELSEWHERE = "elsewhere"  # a redirect to another host, which is not asked
    LOOP = "loop"  # more redirects than are followed


class Failure(Exception):
    """Why nothing came from ``host``; ``other`` is where it sent us."""

    def __init__(self, reason: Reason, host: str = "", other: str = ""):
        super().__init__(f"{host}: {reason}")
        self.reason, self.host, self.other = reason, host, other


@dataclass(frozen=True)
class Response:
    """What ``address`` answered; ``body`` is unpacked, and empty unless it was a success."""

    address: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Client:
    """Which hosts are asked, and what an answer may cost.

    Of a host that has any address which is not ``is_open`` nothing is asked. ``ports`` are those of each scheme that
    is asked at all; None is any port. ``connect`` and ``silence`` are seconds for one address and for one piece of an
    answer, ``whole`` those for everything, redirects and dripping servers included. ``most_bytes`` are a body's, after
    it was unpacked; with 0 it is not read. With 0 ``redirects`` a redirect is the answer; they lead to other hosts
    only with ``elsewhere``.
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
        """When what begins now has to be over, of ``time.monotonic``."""
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
        """What ``address`` answers before ``until`` (else its own ``deadline``), or ``Failure``."""
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
        """One request of one address, whatever it is answered with."""
        try:
            address = normal(address)
            parts = urlsplit(address)
            port = self._port(parts)
            host = _ascii(parts)
        except ValueError:  # urlsplit's, of half an address
            raise Failure(Reason.BROKEN) from None
        addresses = self._addresses(host, until)
        path = quote(parts.path or "/", UNRESERVED) + (f"?{quote(parts.query, UNRESERVED)}" if parts.query else "")
        named = f"[{host}]" if ":" in host else host
        named += f":{port}" if port != PORTS[parts.scheme] else ""
        headers = {"Host": named, "Connection": "close"} | headers
        with _told(host, until), self._connected(parts.scheme, host, addresses, port, until) as connection:
            connection.request(method, path, body=body, headers=headers, preload_content=False)
            response = connection.getresponse()
            read = self._read(response, host, until) if self.most_bytes and response.status < 300 else b""
            if connection.is_stopped:  # half an answer, which reads like a short one
                raise TimeoutError
            return Response(address, response.status, response.headers, read)

    def _port(self, parts: SplitResult) -> int:
        """The port to ask; a scheme or a port that is not asked is refused."""
        if parts.scheme not in self.ports:
            raise Failure(Reason.SCHEME, parts.hostname or parts.geturl()[:100])
        usual = self.ports[parts.scheme]
        if usual and parts.port not in {None, usual}:
            raise Failure(Reason.PORT, parts.hostname or "")
        return parts.port or usual or PORTS[parts.scheme]

    def _addresses(self, host: str, until: float) -> list[str]:
        """Where ``host`` is; refused if any of it may not be asked."""
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
        if not all(self.is_open(ip_address(one)) for one in addresses):
            raise Failure(Reason.INSIDE, host)
        return addresses[:MOST_TRIED]

    @contextmanager
    def _connected(
        self, scheme: str, host: str, addresses: list[str], port: int, until: float
    ) -> Iterator["_Plain | _Secure"]:
        """A connection to the first of ``addresses`` that takes one; ended when its time is over."""
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
        while piece := response.read1(PIECE):  # type: ignore[attr-defined] # the base class doesn't name it
            body += piece
            if len(body) > self.most_bytes:
                raise Failure(Reason.TOO_LONG, host)
            _left(until)
        return bytes(body)


@contextmanager
def _told(host: str, until: float) -> Iterator[None]:
    """Say by a ``Failure`` what went wrong on the way."""
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
    """The host as addresses spell it, whatever alphabet it is written in."""
    if not parts.hostname:
        raise ValueError
    return parts.hostname if ":" in parts.hostname else parts.hostname.encode("idna").decode("ascii")


def _left(until: float) -> float:
    """Seconds until then; TimeoutError if there are none."""
    if (left := until - time.monotonic()) <= 0:
        raise TimeoutError
    return left


class _Braked:
    """A connection that a timer can end, so that an answer that comes in drops has an end, too."""

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
    """A connection to ``address`` that is not open yet; a certificate is to be that of ``host``."""
    if scheme == "https":
        return _Secure(
            address, port, timeout=timeout, server_hostname=host, assert_hostname=host, cert_reqs="CERT_REQUIRED"
        )
    return _Plain(address, port, timeout=timeout)
