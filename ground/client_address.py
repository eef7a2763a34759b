"""Where a request comes from: the connection's address, or what a proxy that the operator named says."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"  # the address of a request that names none, as over a socket without a proxy


def client_address(request: HttpRequest) -> str:
    """Return the address of the client; ``X-Forwarded-For`` counts as far as it was written by settings.PROXIES.

    A connection over a Unix socket has no address: only a program of this machine can open it, so it counts as a proxy
    if any is named.
    """
    address = _parsed(request.META.get("REMOTE_ADDR", ""))
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if settings.PROXIES else []
    for hop in reversed(hops):
        if address is not None and not _is_proxy(address):
            break
        if (before := _parsed(hop)) is None:
            break
        address = before
    return UNKNOWN if address is None else str(address)


def network_of(address: str) -> str:
    """Return what attempts are counted by: an IPv4 address, or the /64 that one line of IPv6 has."""
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address):
        return str(IPv6Address(int(parsed) >> 64 << 64)) + "/64"
    return address


def _is_proxy(address: IPv4Address | IPv6Address) -> bool:
    return any(address in network for network in settings.PROXIES)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address in ``text``; one of IPv4 that is written as IPv6 becomes what it is."""
    try:
        address = ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
