"""The middleware that compresses uncached answers: only by gzip if no package for zstd is installed."""

try:
    from django_http_compression.middleware import HttpCompressionMiddleware as CompressionMiddleware
except ImportError:
    from django.middleware.gzip import GZipMiddleware as CompressionMiddleware  # type: ignore[assignment] # one job, two classes

__all__ = ["CompressionMiddleware"]
