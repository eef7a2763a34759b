"""The paper without a package that can be left out: it starts, and sends nobody what it can't make."""

import base64
import gzip
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import skipUnless

import pytest
from django.conf import settings
from django.db import connection
from django.test import TestCase

from newsroom.serving.pagecache import codings
from newsroom.serving.pagecache.page import Page

OPTIONAL = {
    "brotli": ["brotli"],
    "zstd": ["backports.zstd", "compression.zstd"],
    "servers and pictures": ["pillow_heif", "redis", "psycopg", "storages", "boto3", "botocore"],
}
ASKED = ["br", "zstd", "gzip", "zstd, br", "br, zstd, gzip", "zstd;q=1, gzip;q=0.5", "*", "*;q=0", "identity", ""]
PROGRAM = """
import base64, json, sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if any(name == hidden or name.startswith(hidden + ".") for hidden in sys.argv[1].split()):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Hidden())
import django
django.setup()
from django.core.management import call_command
from django.test import Client
call_command("check", verbosity=0)
found = {}
for path in ("/latest/", "/admin/login/"):
    for accepted in json.loads(sys.argv[2]):
        answer = Client(headers={"accept-encoding": accepted}, SERVER_NAME="localhost").get(path)
        assert answer.status_code == 200, answer.status_code
        body = b"".join(answer) if answer.streaming else answer.content
        found[f"{path} {accepted}"] = answer.headers.get("Content-Encoding", ""), base64.b64encode(body).decode()
print(json.dumps(found))
"""


def coded(without):
    """Of every path and Accept-Encoding what is sent where packages are hidden: the coding, and the body."""
    folder = Path(tempfile.mkdtemp(prefix="without-"))
    try:
        shutil.copy(connection.settings_dict["NAME"], folder / "paper.sqlite3")
        environment = {
            "PATH": "",
            "PYTHONPATH": str(settings.BASE_DIR),
            "DJANGO_SETTINGS_MODULE": "newsroom.settings",
            "NEWSROOM_VAR_DIR": str(folder),
            "NEWSROOM_DATABASE_URL": f"sqlite:///{folder / 'paper.sqlite3'}",
        }
        command = [sys.executable, "-c", PROGRAM, " ".join(without), json.dumps(ASKED)]
        done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        found = json.loads(done.stdout.splitlines()[-1])
        return {asked: (coding, base64.b64decode(body)) for asked, (coding, body) in found.items()}
    finally:
        shutil.rmtree(folder)


@skipUnless(connection.vendor == "sqlite", "The paper is copied as a file, and the same on PostgreSQL")
class OptionalPackagesTests(TestCase):
    def assert_readable(self, found, expected):
        for asked, (coding, body) in found.items():
            text = codings.decode(body, coding).decode()
            assert "</html>" in text, asked
        of_page = {asked.removeprefix("/latest/ "): coding for asked, (coding, _body) in found.items()}
        assert {asked: of_page[asked] for asked in expected} == expected
        of_form = {coding for asked, (coding, _body) in found.items() if asked.startswith("/admin/")}
        assert of_form <= {"", *expected.values()}

    def test_without_brotli(self):
        expected = {"br": "", "zstd": "zstd", "gzip": "gzip", "zstd, br": "zstd", "br, zstd, gzip": "zstd", "*": "zstd"}
        self.assert_readable(coded(OPTIONAL["brotli"]), expected | {"*;q=0": "", "identity": "", "": ""})

    def test_without_zstd(self):
        expected = {"br": "br", "zstd": "", "zstd, br": "br", "zstd;q=1, gzip;q=0.5": "gzip", "*": "br", "": ""}
        self.assert_readable(coded(OPTIONAL["zstd"]), expected)

    def test_without_all(self):
        found = coded([name for names in OPTIONAL.values() for name in names])
        self.assert_readable(found, {"br": "", "zstd": "", "br, zstd, gzip": "gzip", "*": "gzip", "gzip": "gzip"})
        assert b"</html>" in gzip.decompress(found["/latest/ gzip"][1])


class KeptByAnotherServerTests(TestCase):
    databases: set[str] = set()

    def test_a_page_in_an_unknown_coding_is_no_page(self):
        kept = Page("1", 1.0, 2.0, 200, {}, 'W/"1"', {"br": b"coded"}, True).pack()
        assert Page.unpack(kept).bodies == {"br": b"coded"}
        with pytest.raises(ValueError, match="snappy"):
            Page.unpack(kept.replace(b'"br"', b'"snappy"'))
