"""How large a request may be: refused by its headers, before anything of its body is read or stored."""

from django.conf import settings
from django.http import HttpResponse
from django.urls import Resolver404, resolve

from articles.pictures.renditions import MAX_BYTES
from newsroom.serving.errors import too_large

AROUND = 1024 * 1024  # bytes with which a browser wraps the fields of a form
LONGEST_NUMBER = 15  # digits
OF_READERS = 64 * 1024  # bytes; readers send notes on a preview at most
PICTURES = {"articles_image_add", "articles_image_change", "articles_image_upload"}  # routes that take large files


def refuse_large(get_response):
    """Answer 413 to a body larger than its address takes, and 411 to one that does not say how large it is.

    Django stores the files of a form before it looks whether somebody is logged in.
    """

    def middleware(request):
        if "HTTP_TRANSFER_ENCODING" in request.META:
            text = "Length required: send what you send with a Content-Length.\n"
            return HttpResponse(text, status=411, content_type="text/plain; charset=utf-8")
        size = request.META.get("CONTENT_LENGTH") or "0"
        if size != "0" and not is_at_most(size, limit := most_bytes(request.path_info)):
            return too_large(request, limit)
        return get_response(request)

    return middleware


def is_at_most(size: str, limit: int) -> bool:
    """Return whether the header ``size`` is a number of bytes up to ``limit``."""
    return size.isascii() and size.isdecimal() and len(size) <= LONGEST_NUMBER and int(size) <= limit


def most_bytes(path: str) -> int:
    """Return the bytes that a request to ``path`` may have: a form of the desk, a form with a picture, or little."""
    if not path.startswith("/admin/"):
        return OF_READERS
    most_of_form = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + AROUND
    try:
        is_upload = resolve(path).url_name in PICTURES
    except Resolver404:
        is_upload = False
    return MAX_BYTES + most_of_form if is_upload else most_of_form
