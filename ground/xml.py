"""XML that is well-formed whatever the database holds: fixtures and imports can bring what no form lets in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from ground.characters import strip_control

XML = "application/xml; charset=utf-8"


def xml_answer(request: HttpRequest, template: str, context: dict[str, Any], content_type: str = XML) -> HttpResponse:
    """Return ``template`` rendered as XML, without the characters that XML can't have."""
    return HttpResponse(strip_control(render_to_string(template, context, request)), content_type)
