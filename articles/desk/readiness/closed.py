"""Links that open for whoever pasted them but for no reader: private networks, mailboxes, drafts, admin pages."""

import ipaddress
import re
from urllib.parse import parse_qs, urlsplit

from django.utils.translation import gettext as _

from ground.internet import is_open

PRIVATE = (".localhost", ".local", ".localdomain", ".internal", ".intranet", ".lan", ".home", ".home.arpa", ".test")
MAILBOX = re.compile(
    r"mail\.(?:google|yahoo|yandex|proton|zoho|aol|ukr)\.[a-z.]{2,6}|(?:e|light|touch)\.mail\.ru"
    r"|outlook\.(?:live|office|office365)\.com|app\.fastmail\.com|mail\.live\.com"
)
MESSENGER = re.compile(r"web\.telegram\.org|web\.whatsapp\.com|app\.slack\.com|(?:www\.)?messenger\.com")
DOCUMENT = re.compile(r"/(?:document|spreadsheets|presentation|forms)/d/(?!e/)[^/]+(?:/edit)?/?\Z")
DESK = re.compile(r"/(?:wp-admin|wp-login\.php|ghost|administrator)(?:/|\Z)|/p/[^/]+/edit\Z")
NOWHERE = re.compile(r'<a(?: title="[^"]*")?>((?:[^<]|<(?!/a>))*)</a>')  # a link whose address the sanitizer removed


def words_for(href: str) -> str:
    """Return why readers can't open the address ``href`` of another site; "" if nothing in the address prevents it."""
    try:
        parts = urlsplit(href)
        host = (parts.hostname or "").rstrip(".").lower()
    except ValueError:
        return ""
    if _is_private(host):
        return _("“%(link)s” leads to a computer of ours or to a private network, where readers can’t go.")
    if MAILBOX.fullmatch(host):
        return _("“%(link)s” leads into your own mailbox, where readers can’t go: link what the mail is about.")
    if MESSENGER.fullmatch(host):
        return _("“%(link)s” leads into your own messages, where readers can’t go: link the channel’s public address.")
    if host == "docs.google.com" and DOCUMENT.search(parts.path):
        return _("“%(link)s” is a document being edited, which readers may not open: link what was published of it.")
    if DESK.search(parts.path) or parse_qs(parts.query).get("preview") == ["true"]:
        return _("“%(link)s” leads to another newsroom’s draft or desk: link what readers see there.")
    return ""


def _is_private(host: str) -> bool:
    if not host:
        return False
    try:
        return not is_open(ipaddress.ip_address(host))
    except ValueError:
        return "." not in host or f".{host}".endswith(PRIVATE)


def nowhere(body: str) -> list[str]:
    """Return the words of links in a cleaned body that have no address."""
    return [words for words in NOWHERE.findall(body) if words.strip()]
