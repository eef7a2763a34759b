"""The entry for gunicorn: ``gunicorn newsroom.wsgi``."""

import os

from django.core.wsgi import get_wsgi_application

from newsroom.serving import headers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
headers.refuse_debug_by_oversight()
application = get_wsgi_application()
