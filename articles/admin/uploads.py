"""Files that people send, decoded before the transaction in which they are stored.

Decoding takes seconds, of a phone's photo up to half a minute, and on SQLite nobody else can save while a transaction
is open. So the view has it done before it opens one, and the form uses what came of it.
"""

from django.core.exceptions import ValidationError


def decode_upload(sent, accept):
    """Have ``accept`` read the file ``sent``, if there is one; what came of it stays with the file."""
    if sent is None:
        return
    try:
        sent.decoded = accept(sent), None
    except ValidationError as refusal:
        sent.decoded = None, refusal


def decoded(sent, accept):
    """What ``accept`` made of the file ``sent``; ``ValidationError`` if it refused that."""
    if not hasattr(sent, "decoded"):
        decode_upload(sent, accept)
    result, refusal = sent.decoded
    if refusal:
        raise refusal
    return result
