"""The reference of all measurements: a constant page of 12 KB behind Django's default middleware, on gunicorn.

gunicorn bench.constant
"""

import tempfile
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

PAGE = ("<!doctype html><title>Constant</title>" + "<p>The same words for everybody, each time.</p>\n" * 300)[:12_288]


def constant(request):
    return HttpResponse(PAGE)


urlpatterns = [path("", constant)]

settings.configure(
    SECRET_KEY="constant",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="bench.constant",
    MIDDLEWARE=[  # what startproject writes
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
    DATABASES={},
    REDIS_URL="",  # which gunicorn.conf.py asks for, as for the next
    GENERATION_DIR=Path(tempfile.gettempdir(), "newsroom-constant-page"),
)
application = get_wsgi_application()
