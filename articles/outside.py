"""Checking that addresses of other sites answer, and notifying sites; never anything inside our network.

An editor types the address, so it may be anything. Of an answer only the status is used.
"""

from dataclasses import dataclass
from enum import StrEnum

from ground.http import Client, Failure, Reason, Response

AGENT = "newsroom/1.0 (a newspaper looks whether its links answer, and tells what it publishes)"
MOST_REDIRECTS = 3


class Trouble(StrEnum):
    """Why an address is bad, or could not be checked."""

    GONE = "gone"
    NO_HOST = "no host"
    BROKEN = "broken"  # not an address
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
}  # readers can't open these either; the others perhaps
TROUBLES = {
    Reason.NO_HOST: Trouble.NO_HOST,
    Reason.BROKEN: Trouble.BROKEN,
    Reason.SCHEME: Trouble.BROKEN,
    Reason.INSIDE: Trouble.INSIDE,
    Reason.PORT: Trouble.PORT,
    Reason.CERTIFICATE: Trouble.CERTIFICATE,
    Reason.LOOP: Trouble.LOOP,
}  # all other reasons are SILENT for an editor


@dataclass(frozen=True)
class LinkAnswer:
    """The answer of an address; ``trouble`` is empty if there is a page."""

    status: int | None = None
    trouble: str = ""


def ask(address: str, client: Client | None = None) -> LinkAnswer:
    """Return the answer of ``address``, after at most three redirects."""
    try:
        status = _ask(client or Client(redirects=MOST_REDIRECTS), address).status
    except Failure as failure:
        return _failed(failure)
    if status in {404, 410}:
        return LinkAnswer(status, Trouble.GONE)
    return LinkAnswer(status, Trouble.UNWILLING if status >= 400 else "")


def tell(address: str, body: bytes, content_type: str) -> LinkAnswer:
    """Return the answer of ``address`` to ``body``; redirects are not followed, as the body is for nobody else."""
    headers = _headers() | {"Content-Type": content_type}
    try:
        status = Client().request("POST", address, headers=headers, body=body).status
    except Failure as failure:
        return _failed(failure)
    return LinkAnswer(status, "" if status < 300 else Trouble.UNWILLING)


def _ask(client: Client, address: str) -> Response:
    """Send a HEAD request, and a GET without reading the body if HEAD is refused."""
    until = client.deadline()
    response = client.request("HEAD", address, headers=_headers(), until=until)
    if response.status >= 400 and response.status != 429:
        response = client.request("GET", response.address, headers=_headers(), until=until)
    return response


def _headers() -> dict[str, str]:
    return {"User-Agent": AGENT, "Accept": "*/*"}


def _failed(failure: Failure) -> LinkAnswer:
    return LinkAnswer(None, TROUBLES.get(failure.reason, Trouble.SILENT))
