"""The middleware that compresses answers of which nothing is kept: by gzip alone where no package can write zstd."""

try:
    from django_http_compression.middleware import HttpCompressionMiddleware as CompressionMiddleware
except ImportError:
    from django.middleware.gzip import GZipMiddleware as CompressionMiddleware  # type: ignore[assignment] # one job, two classes

__all__ = ["CompressionMiddleware"]
