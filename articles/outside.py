"""Asking whether an address of another site answers, and telling sites what is new; never anything inside our network.

An editor types the address, so it may be anybody's idea. Of an answer only the status is looked at.
"""

from dataclasses import dataclass
from enum import StrEnum

from ground.http import Client, Failure, Reason, Response

AGENT = "newsroom/1.0 (a newspaper looks whether its links answer, and tells what it publishes)"
MOST_REDIRECTS = 3


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
TROUBLES = {
    Reason.NO_HOST: Trouble.NO_HOST,
    Reason.BROKEN: Trouble.BROKEN,
    Reason.SCHEME: Trouble.BROKEN,
    Reason.INSIDE: Trouble.INSIDE,
    Reason.PORT: Trouble.PORT,
    Reason.CERTIFICATE: Trouble.CERTIFICATE,
    Reason.LOOP: Trouble.LOOP,
}  # all others are SILENT to an editor


@dataclass(frozen=True)
class LinkAnswer:
    """What an address answered; ``trouble`` is empty when a page is there."""

    status: int | None = None
    trouble: str = ""


def ask(address: str, client: Client | None = None) -> LinkAnswer:
    """What ``address`` answers, after at most three redirects."""
    try:
        status = _ask(client or Client(redirects=MOST_REDIRECTS), address).status
    except Failure as failure:
        return _failed(failure)
    if status in {404, 410}:
        return LinkAnswer(status, Trouble.GONE)
    return LinkAnswer(status, Trouble.UNWILLING if status >= 400 else "")


def tell(address: str, body: bytes, content_type: str) -> LinkAnswer:
    """What ``address`` answers to ``body``; a redirect is not followed, as what was said is not for somebody else."""
    headers = _headers() | {"Content-Type": content_type}
    try:
        status = Client().request("POST", address, headers=headers, body=body).status
    except Failure as failure:
        return _failed(failure)
    return LinkAnswer(status, "" if status < 300 else Trouble.UNWILLING)


def _ask(client: Client, address: str) -> Response:
    """What won't tell without the page is asked for the page, which is not read."""
    until = client.deadline()
    response = client.request("HEAD", address, headers=_headers(), until=until)
    if response.status >= 400 and response.status != 429:
        response = client.request("GET", response.address, headers=_headers(), until=until)
    return response


def _headers() -> dict[str, str]:
    return {"User-Agent": AGENT, "Accept": "*/*"}


def _failed(failure: Failure) -> LinkAnswer:
    return LinkAnswer(None, TROUBLES.get(failure.reason, Trouble.SILENT))
