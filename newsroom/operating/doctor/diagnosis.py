"""What an examination finds: that something is well, or a fault with its remedy."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Diagnosis:
    """Something that is well, with a ``note`` on it; or a ``fault``, with a ``remedy`` that an operator can follow."""

    note: str = ""
    fault: str = ""
    remedy: str = ""
