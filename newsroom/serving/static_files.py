"""Styles and scripts for browsers: every name has a digest of the content, also where a script imports one."""

from django.conf import settings
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage, with digests in imports, so that a new script never runs with a browser's old modules.

    The files of all releases lie in one folder, as pages that are kept still name the old ones; each release has a list
    of its own, so that a process never looks up the names of another.
    """

    manifest_name = f"staticfiles-{settings.BASE_DIR.name}.json"

    support_js_module_import_aggregation = True
