"""The entry for gunicorn: ``gunicorn newsroom.wsgi``."""

import os

from django.core.wsgi import get_wsgi_application

from newsroom.postgresql import patience
from newsroom.serving import headers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
headers.refuse_debug_by_oversight()
patience.begin_process("desk")
application = get_wsgi_application()
