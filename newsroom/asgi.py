"""The entry for ASGI servers: ``newsroom.asgi:application``."""

import os

from django.core.asgi import get_asgi_application

from newsroom.postgresql import patience
from newsroom.serving import headers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
headers.refuse_debug_by_oversight()
patience.begin_process("desk")
application = get_asgi_application()
