"""What the doctor looks at before the newsroom: nginx, what it forwards, and its certificate."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any

from django.conf import settings
from django.urls import reverse

from newsroom.operating.doctor.diagnosis import Diagnosis

HOST, PLAIN_PORT, TLS_PORT = "127.0.0.1", 80, 443
PATIENCE = 10  # seconds
LEAST_DAYS = 21  # certbot renews thirty days before the end
INSTALL_TLS = "Install deploy/nginx-tls.conf as docs/operators.md does first; nginx -t && systemctl reload nginx"
RENEW = "certbot renew && systemctl reload nginx; why it fails: journalctl --unit=certbot"


def examine_nginx() -> Iterator[Diagnosis]:
    """Find an nginx that does not answer, or does not tell the newsroom host and scheme."""
    if not getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        yield Diagnosis(note="NEWSROOM_BEHIND_PROXY names none.")
        return
    try:
        plain = _ask(HTTPConnection(HOST, PLAIN_PORT, timeout=PATIENCE), "/")
    except (OSError, HTTPException) as error:
        yield Diagnosis(fault=f"it does not answer at {HOST} ({error}).", remedy="nginx -t && systemctl restart nginx")
        return
    try:
        secure = _ask(_over_tls(trusting=True))
    except (OSError, HTTPException) as error:
        yield Diagnosis(fault=f"it answers http, but not https ({error}).", remedy=INSTALL_TLS)
        return
    faults = [*_plain_faults(plain), *_secure_faults(secure)]
    yield from faults or [Diagnosis(note=f"answers for {settings.SITE_HOST}, and forwards host and https.")]


def _plain_faults(answer: HTTPResponse) -> Iterator[Diagnosis]:
    if answer.status not in {301, 308} or not answer.headers.get("Location", "").startswith("https://"):
        yield Diagnosis(fault="http does not lead to https.", remedy="Install deploy/nginx.conf: docs/operators.md.")


def _secure_faults(answer: HTTPResponse) -> Iterator[Diagnosis]:
    own = f"https://{settings.SITE_HOST}{reverse('admin:login')}"
    if answer.status == 301 and answer.headers.get("Location", "") == own:
        yield Diagnosis(
            fault="it does not say that a request came by https, so each page leads to itself for ever.",
            remedy="proxy_set_header X-Forwarded-Proto $scheme; as in deploy/nginx-tls.conf",
        )
    elif answer.status == 400:
        yield Diagnosis(
            fault="it does not forward the host.", remedy="proxy_set_header Host $host; as in deploy/nginx-tls.conf"
        )
    elif answer.status >= 500:
        yield Diagnosis(
            fault=f"it answers {answer.status}: the newsroom behind it does not.",
            remedy="systemctl restart newsroom.socket newsroom; why: journalctl --unit=newsroom --since=-10min",
        )


def examine_certificate() -> Iterator[Diagnosis]:
    """Find a certificate that browsers refuse, or that ends soon."""
    if not getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        yield Diagnosis(note="NEWSROOM_BEHIND_PROXY names no proxy, so there is none here.")
        return
    try:
        with _over_tls(trusting=False) as connection:
            ends = connection.end_of_certificate()
    except ssl.SSLCertVerificationError as error:
        yield Diagnosis(fault=f"browsers refuse it: {error.verify_message}.", remedy=RENEW)
        return
    days = (ends - datetime.now(UTC)).days
    if days < LEAST_DAYS:
        yield Diagnosis(fault=f"it ends in {days} days, and was not renewed.", remedy=RENEW)
    else:
        yield Diagnosis(note=f"good until {ends:%Y-%m-%d}.")


class TrustedConnection(HTTPConnection):
    """A connection over TLS to nginx on this machine, by the paper's name."""

    sock: ssl.SSLSocket

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(settings.SITE_HOST, TLS_PORT, timeout=PATIENCE)
        self.context = context

    def connect(self) -> None:
        plain = socket.create_connection((HOST, TLS_PORT), PATIENCE)
        self.sock = self.context.wrap_socket(plain, server_hostname=settings.SITE_HOST)

    def end_of_certificate(self) -> datetime:
        """Return until when the certificate that was verified is good."""
        certificate: Any = self.sock.getpeercert()
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)

    def __enter__(self) -> "TrustedConnection":
        self.connect()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _over_tls(*, trusting: bool) -> TrustedConnection:
    """Return a connection; one that is ``trusting`` takes any certificate, of which another examination tells."""
    context = ssl.create_default_context()
    if trusting:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return TrustedConnection(context)


def _ask(connection: HTTPConnection, path: str = "") -> HTTPResponse:
    """Return the answer for a page that nobody keeps."""
    try:
        connection.request("GET", path or reverse("admin:login"), headers={"Host": settings.SITE_HOST})
        answer = connection.getresponse()
        answer.read()
        return answer
    finally:
        connection.close()
