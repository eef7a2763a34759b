"""Styles and scripts for browsers: every name has a digest of the content, also where a script imports one."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage, with digests in imports, so that a new script never runs with a browser's old modules."""

    support_js_module_import_aggregation = True
