"""What one look finds: a fault in words, with what to do."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Something that is wrong. ``key`` stays the same while it lasts; ``host`` is the machine, empty for the paper."""

    key: str
    text: str
    advice: str = ""
    host: str = ""
