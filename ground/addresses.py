"""Absolute addresses, with scheme and host, for other sites and programs."""

from django.http import HttpRequest


def root_of(request: HttpRequest) -> str:
    """Return the scheme and host by which ``request`` came: ``https://news.example.org``."""
    return f"{request.scheme}://{request.get_host()}"


def absolute(address: str, root: str) -> str:
    """Return ``address`` with ``root`` in front, unless it is absolute already: pictures may have their own host."""
    return address if address.startswith("http") else root + address
