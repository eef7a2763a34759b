"""Whole addresses: with scheme and host, as other sites and programs need them."""

from django.http import HttpRequest


def root_of(request: HttpRequest) -> str:
    """Scheme and host by which ``request`` came: ``https://news.example.org``."""
    return f"{request.scheme}://{request.get_host()}"


def absolute(address: str, root: str) -> str:
    """``address`` at ``root``, unless it is whole already: pictures may have a host of their own."""
    return address if address.startswith("http") else root + address
