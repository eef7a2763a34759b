"""What writers and readers of the paper's own format agree on. docs/export.md is its description for people."""

FORMAT, VERSION = "newsroom-export", 1
MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
PICTURES, NAMEPLATES = "pictures", "nameplates"  # folders of the archive
LONGEST_LINE = 64 * 1024 * 1024  # bytes of a line that a reader takes

# The files of lines, in the order in which they stand in the archive: what is named stands before what names it.
FILES = [
    *(
        "people",
        "pictures",
        "sections",
        "authors",
        "tags",
        "former_addresses",
        "old_addresses",
        "redirects",
        "settings",
    ),
    *("menu_links",),
    *("pages", "templates", "checks", "embed_providers", "alerts"),
    *("stories", "editions", "notes", "placements", "revisions"),
]


def path_of_lines(name: str) -> str:
    """Return the path within the archive of a file of lines."""
    return f"{name}.jsonl"


def line_key(kind: str, name: object) -> str:
    """Return the key of a row: its kind, and its number or its word in addresses."""
    return f"{kind}:{name}"


def number_in_key(key: str) -> int:
    """Return the number in the key of a row that has no other name."""
    return int(key.partition(":")[2])
