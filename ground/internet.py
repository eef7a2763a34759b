"""Which IP addresses belong to the open internet, and which addresses a host has."""

import queue
import socket
import threading
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_network

IPAddress = IPv4Address | IPv6Address

# What Python's ``is_global`` takes for open in one version or another: it follows IANA's registries of special
# addresses, which grow, and a cloud's own addresses stand in no registry.
CLOSED = [
    ip_network(block)
    for block in (
        "100.64.0.0/10",  # a provider's own network; some clouds answer there questions about a machine
        "168.63.129.16/32",  # Azure's answers to its own machines
        "192.0.0.0/24",  # of protocols; 192.0.0.192 is a cloud's answers to its own machines
        "192.31.196.0/24",  # AS112, which answers for names of private networks; so do the next and 2620:4f:8000::
        "192.175.48.0/24",
        "192.52.193.0/24",  # relays of AMT
        "192.88.99.0/24",  # relays to IPv6
        "224.0.0.0/3",  # to many at once, and reserved
        "2001::/23",  # of protocols: Teredo, which holds an IPv4 address, and names without a place
        "2001:db8::/32",  # examples
        "2002::/16",  # 6to4, which holds an IPv4 address
        "2620:4f:8000::/48",
        "3fff::/20",  # examples
    )
]
UNICAST = ip_network("2000::/3")  # all of IPv6 that was ever given out
TRANSLATED = ip_network("64:ff9b::/96")  # NAT64: a network without IPv4 of its own reaches IPv4 by these
ISATAP = {0x00005EFE, 0x02005EFE}  # the third quarter of an IPv6 address whose last one is an IPv4 address


def is_open(address: IPAddress) -> bool:
    """Return whether ``address`` is on the open internet, and not in a network of ours, of a provider or of a cloud."""
    if isinstance(address, IPv6Address):
        if address in TRANSLATED:
            return is_open(IPv4Address(int(address) & 0xFFFFFFFF))
        if address.ipv4_mapped:
            return is_open(address.ipv4_mapped)
        if address not in UNICAST or int(address) >> 32 & 0xFFFFFFFF in ISATAP:
            return False
    return address.is_global and not any(address in block for block in CLOSED)


def is_anywhere(address: IPAddress) -> bool:
    """Permit any ``address``: for hosts that an administrator named."""
    return True


def is_loopback(address: IPAddress) -> bool:
    """Permit only this machine: for a stub in a test, or a proxy of one's own."""
    return address.is_loopback


def look_up(host: str) -> list[str]:
    """Return the addresses of ``host``, IPv4 first, because more networks reach those."""
    infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    addresses = dict.fromkeys(str(entry[4][0]) for entry in sorted(infos, key=lambda entry: entry[0] != socket.AF_INET))
    return list(addresses)


def in_time(find: Callable[[], list[str]], seconds: float) -> list[str]:
    """Return the result of ``find`` within ``seconds``, else raise TimeoutError; the system's look-up has no limit
    itself.
    """
    results: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def run() -> None:
        try:
            results.put(find())
        except Exception as error:  # it belongs to whoever waits
            results.put(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        answer = results.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer
