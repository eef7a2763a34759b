"""Django's ModelAdmin with the methods we override that its types leave out, as Django does not document them."""

from typing import TYPE_CHECKING, Any

from django.contrib.admin import ModelAdmin

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class ChangeFormAdmin(ModelAdmin):
    """A ModelAdmin whose subclasses stand in for Django's handling of the change form."""

    if TYPE_CHECKING:
        guards_itself: bool  # newsroom/desk/edit_conflicts.py sets it on every class of the desk

        def _changeform_view(
            self, request: HttpRequest, object_id: str | None, form_url: str, extra_context: dict[str, Any] | None
        ) -> HttpResponse: ...

        def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse: ...
