"""Styles and scripts for browsers: every name holds a digest of the content, also where a script imports one."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """WhiteNoise's files; a script of today's never runs with modules that a browser has from before an update."""

    support_js_module_import_aggregation = True
