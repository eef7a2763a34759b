"""What one look finds: a fault in words, with what to do."""

from dataclasses import dataclass

ERROR = "error "  # how the keys of errors of pages begin


@dataclass(frozen=True)
class Finding:
    """Something that is wrong. ``key`` stays the same while it lasts; ``host`` is the machine, empty for the paper."""

    key: str
    text: str
    advice: str = ""
    host: str = ""
