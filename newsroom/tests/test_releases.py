"""Releases are changed under load with a real gunicorn; a stand-in for systemctl does what systemd would."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request
from pathlib import Path
from unittest import mock, skipUnless

import pytest
from django.conf import settings
from django.core.management import CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import SimpleTestCase, TestCase, override_settings

from newsroom.operating import code, environment, releases
from newsroom.operating.environment import OperatorError
from newsroom.serving.static_files import StaticFiles
from newsroom.tests.real_servers import Paper, children_of

CODE = (
    *("articles", "bin", "ground", "newsroom", "static", "templates", "tickers"),
    *("gunicorn.conf.py", "manage.py", "requirements.txt"),
)
SYSTEMCTL = """#!/bin/sh
case "$1" in
    is-active) test -s {folder}/main && echo active ;;
    show) cat {folder}/main ;;
    reload) kill -HUP "$(cat {folder}/main)" ;;
    restart) echo "$2" >> {folder}/restarted ;;
esac
"""
GIT = ["git", "-c", "user.name=Desk", "-c", "user.email=desk@example.org", "-c", "commit.gpgsign=false"]
ACTIVATE = """
import os, socket, sys

listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=1024)
os.dup2(listener.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execv(sys.argv[2], sys.argv[2:])
"""
TAG_LIBRARY = """
from django import template

register = template.Library()
register.simple_tag(lambda: "second", name="edition_of_code")
"""


class Site:
    """A folder of releases with tags of the present code, and the paper that it serves."""

    def __init__(self, test):
        self.paper = Paper(test)  # with debug on, as nothing is compressed then
        self.folder = self.paper.folder
        self.root = self.folder / "site"
        self.repository = self.root / "repository"
        self.repository.mkdir(parents=True)
        self._begin_repository()
        venv = self.root / "venvs" / releases.digest_of(settings.BASE_DIR / "requirements.txt")
        venv.parent.mkdir()
        venv.symlink_to(sys.prefix)
        venv.with_suffix(".whole").touch()
        self._stand_in_systemd(test)
        self.releases = releases.Releases(self.root)

    def _begin_repository(self):
        self.git("init", "--quiet")
        self.git(f"--work-tree={settings.BASE_DIR}", "add", *CODE)
        self.git("commit", "--quiet", "-m", "first")
        self.git("tag", "v1")

    def git(self, *words):
        subprocess.run([*GIT, "-C", str(self.repository), *words], check=True, capture_output=True)

    def tag(self, name, **files):
        """Make a tag of the code before it, with other files; their names have two underscores for a slash."""
        for path, text in files.items():
            blob = subprocess.run(
                [*GIT, "-C", str(self.repository), "hash-object", "-w", "--stdin"],
                input=text, check=True, capture_output=True, text=True,
            ).stdout.strip()  # fmt: skip
            self.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
        self.git("commit", "--quiet", "-m", name)
        self.git("tag", name)

    def _stand_in_systemd(self, test):
        programs = self.folder / "programs"
        programs.mkdir()
        (programs / "systemctl").write_text(SYSTEMCTL.format(folder=self.folder))
        (programs / "systemctl").chmod(0o755)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        listener.bind(str(self.folder / "notify"))
        test.addCleanup(listener.close)
        threading.Thread(target=self._hear, args=[listener], daemon=True).start()
        self.paper.environment |= {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "NOTIFY_SOCKET": str(self.folder / "notify"),
            "NEWSROOM_USER": environment.pwd.getpwuid(os.geteuid()).pw_name,
        }
        variables = "".join(f"{k}={v}\n" for k, v in self.paper.environment.items() if k.startswith("NEWSROOM_"))
        (self.folder / "newsroom.env").write_text(variables)
        self.paper.environment["NEWSROOM_ENV_FILE"] = str(self.folder / "newsroom.env")
        patch = mock.patch.dict(os.environ, self.paper.environment, clear=True)
        patch.start()
        test.addCleanup(patch.stop)

    def _hear(self, listener):
        while True:
            try:
                text = listener.recv(4096).decode()
            except OSError:
                return
            for line in text.splitlines():
                if line.startswith("MAINPID="):
                    (self.folder / "main").write_text(line.removeprefix("MAINPID="))

    def serve(self):
        """Hand over a socket as systemd does, and start what the unit starts."""
        program = str(self.root / "current" / "bin" / "newsroom")
        process = self.paper.start(sys.executable, "-c", ACTIVATE, str(self.paper.port), program, "web", "--workers=2")
        (self.folder / "main").write_text(str(process.pid))

    def ask(self, path):
        with urllib.request.urlopen(self.paper.root + path, timeout=60) as answer:
            return answer.read().decode()

    def main(self):
        return int((self.folder / "main").read_text())


class Load:
    """Readers who ask for pages that are made for each of them, until they are told to stop."""

    def __init__(self, site, readers=3):
        self.site, self.answers, self.failures, self.stopped = site, 0, [], threading.Event()
        self.threads = [threading.Thread(target=self._read, daemon=True) for _number in range(readers)]

    def _read(self):
        while not self.stopped.is_set():
            try:
                self.site.ask("/search/?q=rail")
                self.answers += 1
                self.stopped.wait(0.02)  # the machine has other work
            except Exception as error:
                self.failures.append(repr(error))

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *exception):
        self.stopped.set()
        for thread in self.threads:
            thread.join(30)


@pytest.mark.long
@skipUnless(
    connection.vendor == "sqlite" and shutil.which("git"), "The server has a database of its own; tags need git"
)
class ReleasesTests(SimpleTestCase):
    def setUp(self):
        self.site = Site(self)

    def read(self, path):
        return (settings.BASE_DIR / path).read_text()

    def tag_second(self):
        footer = self.read("templates/_footer.html") + "{% load second %}<p>{% edition_of_code %}</p>"
        self.site.tag("v2", **{"templates/_footer.html": footer, "articles/templatetags/second.py": TAG_LIBRARY})

    def folder_of(self, pid):
        return Path(os.readlink(f"/proc/{pid}/cwd")).name

    def deploy_unchecked(self, *tags):
        """Make releases without running their commands, which other tests look at."""
        with mock.patch.object(releases, "run") as run:
            for tag in tags:
                self.site.releases.deploy(tag)
        return [call.args[1] for call in run.call_args_list]

    def test_forward_and_back_under_load_no_answer_is_lost(self):
        self.tag_second()
        steps = self.deploy_unchecked("v1", "v2")
        assert steps == ["check_release", "migrate", "collectstatic", "warm_pages"] * 2
        self.site.serve()
        with self.subTest("old code never reads new templates"):  # nor of another release, in either direction
            self.site.releases._point("current", self.site.root / "releases" / "v1")
            assert "second" in self.site.ask("/feeds/")
            self.site.releases._point("current", self.site.root / "releases" / "v2")
        with Load(self.site) as load, mock.patch.object(releases, "run"):
            for _number in range(2):
                self.change_release(load)
        assert load.failures == []
        assert self.folder_of(self.site.main()) == "v2"
        assert (self.site.folder / "restarted").read_text() == "newsroom-worker.service\n" * 2

    def change_release(self, load):
        """Roll back, wait until the master before is gone and others were answered; pages are of the new one's code."""
        former, answered = self.site.main(), load.answers
        self.site.releases.rollback()
        self.site.paper.wait_for(lambda: not is_alive(former), "The master before it stays.")
        self.site.paper.wait_for(lambda: load.answers > answered + 5, "Nobody is answered.")
        assert ("second" in self.site.ask("/feeds/")) == (self.folder_of(self.site.main()) == "v2")

    def test_what_is_not_sound_is_not_served(self):
        self.site.releases.deploy("v1")
        self.site.serve()
        main = self.site.main()
        self.site.tag("broken", **{"articles/pages.py": "import no_such_module\n"})
        with pytest.raises(OperatorError, match=r"check_release.*not served"):
            self.site.releases.deploy("broken")
        self.site.tag("unstarted", **{"gunicorn.conf.py": "raise SystemExit(1)\n"})
        with mock.patch.object(releases, "PATIENCE", 3.0), pytest.raises(OperatorError, match="serves on"):
            self.deploy_unchecked("unstarted")
        assert (self.site.main(), (self.site.root / "current").resolve().name) == (main, "v1")
        with pytest.raises(OperatorError, match="no release before"):
            self.site.releases.rollback()
        self.hang_up_with_broken_code(main)

    def hang_up_with_broken_code(self, main):
        """A HUP by hand, after somebody changed the code in place."""
        entry, pages = self.site.root / "current" / "newsroom" / "wsgi.py", "/search/?q=rail"
        sound, workers = entry.read_text(), children_of(main)
        entry.write_text("import no_such_module\n")
        os.kill(main, signal.SIGHUP)
        self.site.paper.wait_for(lambda: "failed to boot" in self.site.paper.log.read_text(), "Nobody sees it.")
        self.site.paper.wait_for(
            lambda: children_of(main) == workers, "The old workers are gone, or the new master stays."
        )
        assert "</html>" in self.site.ask(pages)
        entry.write_text(sound)
        os.kill(main, signal.SIGHUP)
        self.site.paper.wait_for(lambda: self.site.main() != main, "The mended code is not taken.")
        assert "</html>" in self.site.ask(pages)


def is_alive(pid):
    return bool(Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes())


class CodeTests(TestCase):
    """What ``check_release`` looks at."""

    def test_every_module_is_imported_and_one_that_cannot_be_is_said(self):
        assert code.import_all() > 300
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(sys, "path", [folder, *sys.path]):
            (Path(folder) / "newspaper").mkdir()
            (Path(folder) / "newspaper" / "__init__.py").touch()
            (Path(folder) / "newspaper" / "desk.py").write_text("import no_such_module\n")
            with mock.patch.object(code, "PACKAGES", ("newspaper",)), pytest.raises(ModuleNotFoundError):
                code.import_all()

    def test_every_template_is_compiled_and_a_wrong_one_is_named(self):
        assert code.compile_templates() > 200
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "wrong.html").write_text("{% block content %}")
            engine = settings.TEMPLATES[0] | {"DIRS": [Path(folder)]}
            with override_settings(TEMPLATES=[engine]), pytest.raises(CommandError, match=r"wrong\.html can't be"):
                code.compile_templates()

    def test_migrations_that_know_nothing_of_each_other_are_refused(self):
        assert code.planned_migrations() == []
        two = {"articles": {"0099_one", "0099_other"}}
        with mock.patch.object(MigrationLoader, "detect_conflicts", return_value=two), pytest.raises(CommandError):
            code.planned_migrations()


class ManifestTests(SimpleTestCase):
    databases = ()

    def test_each_release_has_its_own_list_of_styles_and_scripts(self):
        assert StaticFiles.manifest_name == f"staticfiles-{settings.BASE_DIR.name}.json"
