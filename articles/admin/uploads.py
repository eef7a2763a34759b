"""Uploaded files, decoded before the transaction in which they are stored.

Decoding takes seconds, for a phone's photo up to half a minute, and on SQLite nobody else can save while a transaction
is open. So the view decodes before it opens one, and the form uses the result.
"""

from django.core.exceptions import ValidationError


def decode_upload(sent, accept):
    """Decode the file ``sent``, if there is one, with ``accept``; the result is attached to the file."""
    if sent is None:
        return
    try:
        sent.decoded = accept(sent), None
    except ValidationError as refusal:
        sent.decoded = None, refusal


def decoded(sent, accept):
    """Return the result of ``accept`` for the file ``sent``; raise ``ValidationError`` if it was refused."""
    if not hasattr(sent, "decoded"):
        decode_upload(sent, accept)
    result, refusal = sent.decoded
    if refusal:
        raise refusal
    return result
