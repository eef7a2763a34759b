"""Asking whether an address of another site answers: politely, briefly, and never anything inside our own network.

An editor types the address, so it may be anybody's idea. A host is looked up first; if one of its addresses is not of
the open internet, nothing is asked. What was looked up is what is connected to, so that a name can't point elsewhere a
moment later; every redirect begins anew. Of an answer only the status is looked at.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util.ssl_match_hostname import CertificateError

AGENT = "newsroom/1.0 (a newspaper looks whether its links answer, and tells what it publishes)"
PORTS = {"http": 80, "https": 443}
CONNECT, WHOLE = 4.0, 12.0  # seconds: for one connection or one answer; for an address with all its redirects
MOST_REDIRECTS = 3
MOST_TRIED = 3  # addresses of one host
REDIRECTS = {301, 302, 303, 307, 308}
UNRESERVED = "/%:=&?~+!$,;'@()*"  # stay as they are in a path or a query


class Trouble(StrEnum):
    """Why an address is no good, or could not be looked at."""

    GONE = "gone"
    NO_HOST = "no host"
    BROKEN = "broken"  # no address at all
    INSIDE = "inside"
    PORT = "port"
    CERTIFICATE = "certificate"
    LOOP = "loop"
    UNWILLING = "unwilling"
    SILENT = "silent"


SURE = {
    Trouble.GONE,
    Trouble.NO_HOST,
    Trouble.BROKEN,
}  # readers get no further than we did; not so the others


@dataclass(frozen=True)
class Answer:
    """What an address answered; ``trouble`` is empty when a page is there."""

    status: int | None = None
    trouble: str = ""


def is_open(address: IPv4Address | IPv6Address) -> bool:
    """Whether ``address`` belongs to the open internet."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_open(address.ipv4_mapped)
        if address.sixtofour or address.teredo or address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def look_up(host: str) -> list[str]:
    """The addresses of ``host``, those of the older protocol first, as they are reached from more places."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    addresses = dict.fromkeys(str(entry[4][0]) for entry in sorted(found, key=lambda entry: entry[0] != socket.AF_INET))
    return list(addresses)


@dataclass(frozen=True)
class Message:
    """What is sent: a method, and with POST a body."""

    method: str
    body: bytes | None = None
    content_type: str = ""


@dataclass(frozen=True)
class Way:
    """How to get out: what tests put something else in place of."""

    look_up: Callable[[str], list[str]] = look_up
    is_open: Callable[[IPv4Address | IPv6Address], bool] = is_open
    ports: dict[str, int] = field(default_factory=PORTS.copy)
    whole: float = WHOLE


def normal(address: str) -> str:
    """``address`` as it is asked: without name and password, and without what only the browser reads."""
    parts = urlsplit(address.strip())
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))


def ask(address: str, way: Way | None = None) -> Answer:
    """What ``address`` answers, after at most three redirects."""
    way = way or Way()
    deadline = time.monotonic() + way.whole
    try:
        for _redirect in range(MOST_REDIRECTS + 1):
            status, location = _ask_one(normal(address), way, deadline)
            if status not in REDIRECTS or not location:
                return _judge(status)
            address = urljoin(address, location)
        return Answer(status, Trouble.LOOP)
    except _Refused as refusal:
        return Answer(None, refusal.trouble)
    except ValueError:  # urlsplit's, of half an address
        return Answer(None, Trouble.BROKEN)


def tell(address: str, body: bytes, content_type: str, way: Way | None = None) -> Answer:
    """What ``address`` answers to ``body``; a redirect is not followed, as what was said is not for somebody else."""
    way = way or Way()
    deadline = time.monotonic() + way.whole
    try:
        parts = urlsplit(normal(address))
        host = _host(parts)
        what = Message("POST", body, content_type)
        status, _location = _try(_open_addresses(host, parts, way), what, host, parts, way, deadline)
    except _Refused as refusal:
        return Answer(None, refusal.trouble)
    except ValueError:
        return Answer(None, Trouble.BROKEN)
    return Answer(status, "" if status < 300 else Trouble.UNWILLING)


def _judge(status: int) -> Answer:
    if status in {404, 410}:
        return Answer(status, Trouble.GONE)
    return Answer(status, Trouble.UNWILLING if status >= 400 else "")


class _Refused(Exception):
    """Nothing was asked, or nothing was answered."""

    def __init__(self, trouble: Trouble):
        super().__init__(trouble)
        self.trouble = trouble


def _ask_one(address: str, way: Way, deadline: float) -> tuple[int, str | None]:
    """Status and new address; what won't tell without the page is asked for the page, which is not read."""
    parts = urlsplit(address)
    host = _host(parts)
    addresses = _open_addresses(host, parts, way)
    status, location = _try(addresses, Message("HEAD"), host, parts, way, deadline)
    if status >= 400 and status != 429:
        status, location = _try(addresses, Message("GET"), host, parts, way, deadline)
    return status, location


def _host(parts: SplitResult) -> str:
    if parts.scheme not in PORTS or not parts.hostname:
        raise _Refused(Trouble.BROKEN)
    try:
        return parts.hostname if ":" in parts.hostname else parts.hostname.encode("idna").decode("ascii")
    except UnicodeError:
        raise _Refused(Trouble.BROKEN) from None


def _open_addresses(host: str, parts: SplitResult, way: Way) -> list[str]:
    """Where ``host`` is; refused if any of it is inside, and on any port but the web's own."""
    if parts.port not in {None, way.ports[parts.scheme]}:
        raise _Refused(Trouble.PORT)
    try:
        addresses = way.look_up(host)
    except socket.gaierror as error:
        unknown = error.errno in {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
        raise _Refused(Trouble.NO_HOST if unknown else Trouble.SILENT) from None
    except (OSError, UnicodeError):
        raise _Refused(Trouble.SILENT) from None
    if not addresses:
        raise _Refused(Trouble.NO_HOST)
    if not all(way.is_open(ip_address(one)) for one in addresses):
        raise _Refused(Trouble.INSIDE)
    return addresses[:MOST_TRIED]


def _try(
    addresses: list[str], what: Message, host: str, parts: SplitResult, way: Way, deadline: float
) -> tuple[int, str | None]:
    trouble = Trouble.SILENT
    for address in addresses:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        try:
            return _request(address, what, host, parts, way.ports[parts.scheme], left)
        except (ssl.SSLCertVerificationError, CertificateError):
            trouble = Trouble.CERTIFICATE
        except (HTTPError, http.client.HTTPException, OSError, ValueError):
            trouble = Trouble.SILENT
    raise _Refused(trouble)


class _Braked:
    """A connection that somebody else can end, so that an answer that comes in drops has an end, too."""

    brake: socket.socket | None = None
    stopped = False

    def _new_conn(self):
        connected = super()._new_conn()  # type: ignore[misc]
        self.brake = connected.dup()
        return connected

    def stop(self) -> None:
        self.stopped = True
        if self.brake:
            self.brake.shutdown(socket.SHUT_RDWR)


class _Plain(_Braked, HTTPConnection):
    pass


class _Secure(_Braked, HTTPSConnection):
    pass


def _request(
    address: str, what: Message, host: str, parts: SplitResult, port: int, left: float
) -> tuple[int, str | None]:
    """Ask ``address``, by the name of ``host``, for status and Location; the body is not read."""
    timeout = min(CONNECT, left)
    connection: _Plain | _Secure = _Plain(address, port, timeout=timeout)
    if parts.scheme == "https":
        connection = _Secure(
            address, port, timeout=timeout, server_hostname=host, assert_hostname=host, cert_reqs="CERT_REQUIRED"
        )
    timer = threading.Timer(left, connection.stop)
    timer.daemon = True
    timer.start()
    try:
        target = quote(parts.path or "/", UNRESERVED) + (f"?{quote(parts.query, UNRESERVED)}" if parts.query else "")
        named = f"[{host}]" if ":" in host else host
        named += f":{port}" if port not in PORTS.values() else ""
        headers = {"Host": named, "User-Agent": AGENT, "Accept": "*/*", "Connection": "close"}
        if what.content_type:
            headers["Content-Type"] = what.content_type
        connection.request(what.method, target, body=what.body, headers=headers, preload_content=False)
        response = connection.getresponse()
        if connection.stopped:  # half an answer, which reads like a short one
            raise TimeoutError
        return response.status, response.headers.get("Location")
    finally:
        timer.cancel()
        connection.close()
        if connection.brake:
            connection.brake.close()
