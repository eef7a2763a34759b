"""Attachments: the address of the largest file, the other sizes, and the words that go with a picture."""

from collections.abc import Callable
from urllib.parse import urljoin

from articles.importing.items import SourceMedia
from articles.importing.wxr.entries import ExportEntry
from articles.importing.wxr.languages import in_language
from articles.importing.wxr.php_values import PhpValue, read_php
from articles.importing.wxr.site_addresses import SiteAddresses
from articles.importing.wxr.words import plain, plain_line

CREDITS = tuple(
    "_media_credit media_credit _credit credit photo_credit _photo_credit image_credit credit_line isc_image_source "
    "photographer_name _photographer photographer _wp_attachment_source_name source_name".split()
)
ORGANISATION = "_navis_media_credit_org"
METADATA = "_wp_attachment_metadata"
MOST_SIZES = 40
UPLOADS = "/wp-content/uploads/"


def read_media(
    entry: ExportEntry,
    key: str,
    addresses: SiteAddresses,
    main: str,
    tell: Callable[[str, str, str], None],
    parent: str,
) -> SourceMedia | None:
    """Return the file that an attachment stands for; None if the export gives no address of it."""
    address = _address(entry, addresses)
    if not address:
        return None
    metadata = _metadata(entry, tell)
    original = metadata.get("original_image")
    largest = _beside(address, original) if isinstance(original, str) and original else address
    paths = (addresses.own_path(entry.get("link")), addresses.within(f"/?attachment_id={entry.get('wp:post_id')}"))
    number = entry.get("wp:post_id").isdecimal()
    return SourceMedia(
        key,
        largest,
        plain_line(in_language(entry.get("title"), main, main)),
        plain_line(in_language(entry.meta("_wp_attachment_image_alt"), main, main)),
        plain(in_language(entry.get("excerpt:encoded") or entry.get("content:encoded"), main, main)),
        _credit(entry, metadata),
        parent,
        tuple(path for path in dict.fromkeys(paths if number else paths[:1]) if path and path not in address),
        tuple(dict.fromkeys(size for size in _sizes(address, metadata) if size != largest)),
    )


def _address(entry: ExportEntry, addresses: SiteAddresses) -> str:
    """Return the whole address of the file, by what the export says of it: its address, its name, or its guid."""
    written = entry.get("wp:attachment_url")
    beginning = addresses.beginnings[-1] if addresses.beginnings else ""
    if not written and beginning and (name := entry.meta("_wp_attached_file").lstrip("/")):
        written = f"{beginning}{UPLOADS}{name}"
    written = written or (guid if UPLOADS in (guid := entry.get("guid")) else "")
    if written.startswith("//"):
        return f"https:{written}"
    if written.startswith("/") and beginning:
        return f"{beginning.removesuffix(addresses.folder)}{written}"
    return written if written.startswith(("http://", "https://")) else ""


def _metadata(entry: ExportEntry, tell: Callable[[str, str, str], None]) -> dict[str, PhpValue]:
    written = entry.meta(METADATA)
    try:
        value = read_php(written) if written else {}
    except ValueError as error:
        tell("unreadable metadata", METADATA, str(error))
        return {}
    return value if isinstance(value, dict) else {}


def _beside(address: str, name: str) -> str:
    """Return the address of a file in the folder of ``address``; ``name`` is only a name, whatever it holds."""
    return urljoin(address, "./") + name.rpartition("/")[2]


def _sizes(address: str, metadata: dict[str, PhpValue]) -> list[str]:
    sizes = metadata.get("sizes")
    rows = list(sizes.values()) if isinstance(sizes, dict) else []
    names = [name for row in rows if isinstance(row, dict) and isinstance(name := row.get("file"), str) and name]
    return [address, *(_beside(address, name) for name in names[:MOST_SIZES])]


def _credit(entry: ExportEntry, metadata: dict[str, PhpValue]) -> str:
    credit = plain_line(entry.meta(*CREDITS))
    organisation = plain_line(entry.meta(ORGANISATION))
    if credit or organisation:
        return " / ".join(part for part in (credit, organisation) if part)
    image = metadata.get("image_meta")
    written = image.get("credit") or image.get("copyright") if isinstance(image, dict) else ""
    return plain_line(written) if isinstance(written, str) else ""
