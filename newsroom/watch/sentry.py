"""Reporting errors to a Sentry, where one is named and its package is installed."""

import importlib

from django.core.exceptions import ImproperlyConfigured


def start(dsn: str) -> None:
    """Report errors to ``dsn``, without names, addresses and contents of those whose request failed."""
    try:
        sdk = importlib.import_module("sentry_sdk")
    except ImportError:
        raise ImproperlyConfigured(
            "NEWSROOM_SENTRY_DSN is set, but the package sentry-sdk is not installed: run pip install sentry-sdk, or "
            "take the variable away."
        ) from None
    sdk.init(dsn=dsn, send_default_pii=False, max_request_body_size="never", include_local_variables=False)
