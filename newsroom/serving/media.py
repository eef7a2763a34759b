"""Public sizes of pictures, read from the storage; nothing else has such addresses.

A web server or a bucket may serve the same files (docs/operators.md); with this view the paper needs neither.
"""

import re

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.views.decorators.http import require_safe

NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{32}/(?:\d+-(?:full|wide|card|square)-\d+|safe)\.(avif|webp|jpg)\Z", re.ASCII)
CARD = re.compile(
    r"(?:rates/[a-z]{3}-[a-z]{3}/[0-9-]{10}-[\w.,]{1,60}\.(?=png)|social/\d{1,19}-[0-9a-f]{16}\.(?=jpg)|"
    r"nameplate/[0-9a-f]{16}-\d{1,4}x\d{1,4}\.(?=webp))(png|jpg|webp)\Z",
    re.ASCII,
)
TYPES = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg", "png": "image/png"}


@require_safe
def rendition(request, name):
    """One size of one picture; its address changes with the picture's crop, so it is cached for ever."""
    match = NAME.match(name) or CARD.match(name)
    if not match:
        raise Http404
    try:
        file = default_storage.open(name)
    except OSError:
        raise Http404 from None
    response = FileResponse(file, content_type=TYPES[match[1]])
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
