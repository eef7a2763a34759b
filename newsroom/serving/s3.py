"""Pictures in a bucket of any S3 API, at the same addresses as from files: no policy, feed or old page changes."""

from urllib.parse import quote

from django.conf import settings
from storages.backends.s3 import S3Storage


class Pictures(S3Storage):
    """Readers ask this server, or the web server before it, for what is under /media/; the bucket stays private."""

    def url(self, name, parameters=None, expire=None, http_method=None):
        return settings.MEDIA_URL + quote(name)
