"""The desk's screens: a module a model."""

from articles.admin import (  # noqa: F401 - each registers its models
    alert,
    article,
    audit,
    author,
    board_save,
    edition,
    embed_provider,
    flat_page,
    idea,
    image,
    merge,
    notice,
    person,
    placement,
    redirect,
    revision,
    section,
    site,
    tag,
)
