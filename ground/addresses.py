"""Whole addresses, with scheme and host, for other sites and programs; and which addresses stay on this site."""

import unicodedata
from urllib.parse import unquote

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def root_of(request: HttpRequest) -> str:
    """Return the scheme and host by which ``request`` came: ``https://news.example.org``."""
    return f"{request.scheme}://{request.get_host()}"


def absolute(address: str, root: str) -> str:
    """Return ``address`` with ``root`` in front, unless it is absolute already: pictures may have their own host."""
    return address if address.startswith("http") else root + address


def is_local(address: str) -> bool:
    """Return whether everybody takes ``address`` for a path of this site: ``/latest/?page=2``.

    Browsers read a backslash as a slash and skip tabs and line breaks; whatever stands between may decode “%5c”.
    """
    path = unicodedata.normalize("NFKC", unquote(address.partition("?")[0]))
    is_path = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return is_path and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
