"""The newsroom without the page cache, so that each page is rendered: ``gunicorn bench.bare``."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "pagecache" not in name]
application = get_wsgi_application()
