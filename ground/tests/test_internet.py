"""Which addresses belong to the open internet, whatever the version of Python thinks of them."""

import time
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from django.test import SimpleTestCase

from ground.internet import in_time, is_open

INSIDE = {
    "this host": "0.0.0.0 0.1.2.3 ::",
    "loopback": "127.0.0.1 127.8.9.1 ::1",
    "private": "10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 fc00::1 fd00:ec2::254",
    "link-local, where most clouds answer their machines": "169.254.169.254 169.254.170.2 fe80::1 fe80::a9fe:a9fe%1",
    "site-local": "fec0::1 feff::1",
    "a provider's own": "100.64.0.1 100.100.100.200 100.127.255.255",
    "other clouds' answers to their machines": "168.63.129.16 192.0.0.192",
    "protocols": "192.0.0.1 192.0.0.8 192.0.0.9 192.0.0.10 192.0.0.170 2001:1::1 2001:2::1 2001:10::1 2001:20::1",
    "examples": "192.0.2.1 198.51.100.1 203.0.113.1 2001:db8::1 3fff::1",
    "measuring": "198.18.0.1 198.19.255.255",
    "many at once": "224.0.0.1 239.255.255.250 ff02::1 ff0e::1",
    "reserved": "240.0.0.1 255.255.255.255 4000::1 5f00::1 100::1",
    "IPv4 in IPv6": "::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:168.63.129.16 ::127.0.0.1 ::ffff:0:127.0.0.1",
    "6to4 and its relays": "2002:7f00:1:: 2002:808:808:: 192.88.99.1",
    "Teredo": "2001:0:7f00:1:: 2001::1",
    "NAT64 of what is inside": "64:ff9b::7f00:1 64:ff9b::10.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b::168.63.129.16",
    "NAT64 of a network's own": "64:ff9b:1::1 64:ff9b:1::808:808",
    "ISATAP": "2001:200::5efe:7f00:1 2a00:1450::200:5efe:10.0.0.1",
}
REGISTRIES = (  # IANA's of special-purpose addresses: each block, and the two clouds' answers that stand in none
    "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.0.0/29 "
    "192.0.0.8/32 192.0.0.9/32 192.0.0.10/32 192.0.0.170/32 192.0.0.171/32 192.0.2.0/24 "
    "192.31.196.0/24 192.52.193.0/24 "
    "192.88.99.0/24 192.88.99.2/32 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 "
    "240.0.0.0/4 255.255.255.255/32 224.0.0.0/4 168.63.129.16/32 192.0.0.192/32 "
    "::1/128 ::/128 ::ffff:127.0.0.0/104 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001::/32 2001:1::1/128 "
    "2001:1::2/128 2001:1::3/128 2001:2::/48 2001:3::/32 2001:4:112::/48 2001:10::/28 2001:20::/28 2001:30::/28 "
    "2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20 5f00::/16 fc00::/7 fe80::/10 ff00::/8"
)
OPEN = "1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.1 168.63.129.17 172.32.0.1 192.0.1.1 223.255.255.255 2001:200::1"
OPEN += " 2606:4700::1111 2a00:1450::1 ::ffff:8.8.8.8 64:ff9b::808:808"


def in_ipv6(address):
    """Return the IPv6 addresses that stand for the IPv4 ``address``: mapped, translated, tunnelled."""
    if not isinstance(address, IPv4Address):
        return []
    number = int(address)
    prefixes = ("::ffff:0:0", "64:ff9b::", "::", "::ffff:0:0:0", "2a00:1450::5efe:0:0")
    return [
        *(IPv6Address(int(IPv6Address(prefix)) | number) for prefix in prefixes),
        IPv6Address(int(IPv6Address("2002::")) | number << 80),  # 6to4
        IPv6Address(int(IPv6Address("2001::")) | number ^ 0xFFFFFFFF),  # Teredo
    ]


class IsOpenTests(SimpleTestCase):
    def test_nothing_inside_is_open(self):
        for kind, addresses in INSIDE.items():
            for address in addresses.split():
                with self.subTest(f"{kind}: {address}"):
                    assert not is_open(ip_address(address))

    def test_no_end_of_a_special_block_is_open_in_any_of_its_disguises(self):
        for block in map(ip_network, REGISTRIES.split()):
            for address in (block[0], block[-1]):
                with self.subTest(f"{block}: {address}"):
                    assert not is_open(address)
                    assert not any(map(is_open, in_ipv6(address)))

    def test_everything_else_is(self):
        for address in OPEN.split():
            with self.subTest(address):
                assert is_open(ip_address(address))


class InTimeTests(SimpleTestCase):
    def test_what_takes_too_long_is_left_behind(self):
        start = time.monotonic()
        with pytest.raises(TimeoutError):
            in_time(lambda: time.sleep(1) or [], 0.1)
        assert time.monotonic() - start < 0.8

    def test_error_belongs_to_whoever_waits(self):
        with pytest.raises(UnicodeError):
            in_time(lambda: ["\ud800".encode()], 1)
