"""Pictures in a bucket of any S3 API, at the same addresses as files, so that feeds and old pages stay valid."""

from urllib.parse import quote

from django.conf import settings
from storages.backends.s3 import S3Storage


class Pictures(S3Storage):
    """A storage whose files are served under /media/ by this server or the one before it; the bucket stays private."""

    def url(self, name, parameters=None, expire=None, http_method=None):
        return settings.MEDIA_URL + quote(name)
