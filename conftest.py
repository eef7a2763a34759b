"""Every test starts with nothing kept of pages; ``browser`` is a real Chromium for those that open pages in one."""

import os
import shutil

import pytest
from hypothesis import settings

# The shell draws pages as the others do, and opens a window in a third of their time.
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


settings.register_profile("paper", deadline=None)  # how long something takes is measured in bench/, never asserted
settings.load_profile("paper")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """The test database's tables are a copy: its file on SQLite, its template on PostgreSQL."""
    from newsroom.tests import made_once

    made_once.copy_tables()


@pytest.fixture(scope="session")
def django_db_keepdb():
    """What was copied is not thrown away before the first test; it ends with its folder or its server."""
    return True


@pytest.fixture(autouse=True, scope="session")
def _no_block_is_lost():
    """``{{ block.super }}`` is a variable, so Django prints nothing in its place when something within it is not there.

    With that a page can be empty, and still answer 200. Here it fails.
    """
    from django.template import VariableDoesNotExist
    from django.template.loader_tags import BlockNode

    usual = BlockNode.super

    def loud(block):
        try:
            return usual(block)
        except VariableDoesNotExist as lost:
            raise AssertionError(f"A block is lost: {lost}") from lost

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BlockNode, "super", loud)
        yield


@pytest.fixture(autouse=True)
def _nothing_kept():
    from newsroom.serving import frame

    frame.forget_frame()


def pytest_collection_modifyitems(config, items):
    """Deal the tests like cards, what takes longest first, so that no process is left alone with it at the end.

    Each process begins with its own stretch of the list, and takes from the others' ends when it is done. On PostgreSQL
    tests that ask no database are left out: they were the same on SQLite.
    """
    if os.environ.get("NEWSROOM_TEST_POSTGRES"):
        config.hook.pytest_deselected(items=[item for item in items if not _asks_a_database(item)])
        items[:] = filter(_asks_a_database, items)
    items.sort(key=lambda item: [item.get_closest_marker(name) is None for name in ("long", "browser")])
    hands = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    items[:] = [item for hand in range(hands) for item in items[hand::hands]]


def _asks_a_database(item) -> bool:
    """Whether a test may: Django refuses it to classes that name none. Classes of other kinds may do what they like."""
    return bool(getattr(item.cls, "databases", True))


def find_chromium() -> str | None:
    """The program named by NEWSROOM_CHROMIUM, or the first of the usual names on the path."""
    named = os.environ.get("NEWSROOM_CHROMIUM")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, CHROMIUM)), None)


@pytest.fixture(scope="session")
def browser():
    """A Chromium, started once; skipped where there is none, except with CI=true, where that is a failure."""
    program = find_chromium()
    if program is None:
        reason = "No Chromium for browser tests: apt-get install chromium-headless-shell (or set NEWSROOM_CHROMIUM)."
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)

    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=15_000)  # milliseconds: a machine may have other work

    # Playwright's loop runs in this thread, and Django would take every query of a test for one made inside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def context(browser):
    """What all pages of a process are opened in: the browser reads a script once, not for every test."""
    context = browser.new_context(locale="en-GB", timezone_id="Asia/Bishkek")
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def page(context, request):
    """A page in a browser that remembers nothing but files; on a test class it is also ``self.page``."""
    page = context.new_page()
    if request.instance is not None:
        request.instance.page = page
    if origin := getattr(request.instance, "live_server_url", ""):
        kinds = "local_storage,indexeddb,service_workers,cache_storage,file_systems"
        context.new_cdp_session(page).send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": kinds})
    yield page
    for page in context.pages:
        page.close()
    context.clear_cookies()
    context.clear_permissions()
