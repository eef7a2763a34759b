"""The desk's screens: a module a model."""

from articles.admin import (  # noqa: F401 - each registers its models
    article,
    audit,
    author,
    edition,
    image,
    notice,
    placement,
    revision,
    section,
    site,
    tag,
    user,
)
