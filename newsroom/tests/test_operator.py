"""``bin/newsroom`` takes the service's environment and user; ``manage.py`` refuses to work beside them."""

import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import mock, skipUnless

import pytest
from django.conf import settings
from django.test import SimpleTestCase

from newsroom.operating import environment, releases
from newsroom.operating.command_line import main
from newsroom.operating.environment import OperatorError

OWN = pwd.getpwuid(os.geteuid()).pw_name
SHOW_SETTINGS = """
from newsroom import settings

database = settings.DATABASES["default"]
print(settings.DEBUG, database["HOST"], database["USER"], database["NAME"])
"""
SYSTEM_PYTHON = Path("/usr/bin/python3")
SHOW = "import os; print(os.geteuid(), os.environ.get('HOME'), os.environ.get('NEWSROOM_CONTACT'), os.getcwd())"


class OperatorTestCase(SimpleTestCase):
    databases = ()

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="newsroom-operator-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.file = self.folder / "newsroom.env"
        patch = mock.patch.dict(
            os.environ, {"PATH": os.environ["PATH"], "NEWSROOM_ENV_FILE": str(self.file)}, clear=True
        )
        patch.start()
        self.addCleanup(patch.stop)

    def write(self, text):
        self.file.write_text(text)


class EnvironmentFileTests(OperatorTestCase):
    def test_a_value_is_what_stands_behind_the_sign_and_nothing_of_it_is_expanded(self):
        self.write(
            "# The paper\n\n; also a comment\nNEWSROOM_SECRET_KEY=a$b`c`#d e\n NEWSROOM_HOSTS = news.example.org \n"
            'NEWSROOM_EMAIL_FROM="The Paper <news@example.org>"\nNEWSROOM_EMPTY=\nNEWSROOM_URL=postgresql://u:p@h/n?a=b\n'
        )
        assert environment.read_environment(self.file) == {
            "NEWSROOM_SECRET_KEY": "a$b`c`#d e",
            "NEWSROOM_HOSTS": "news.example.org",
            "NEWSROOM_EMAIL_FROM": "The Paper <news@example.org>",
            "NEWSROOM_EMPTY": "",
            "NEWSROOM_URL": "postgresql://u:p@h/n?a=b",
        }

    def test_a_line_that_is_none_is_named_by_its_number(self):
        self.write("NEWSROOM_HOSTS=a\nexport NEWSROOM_CONTACT=b\n")
        with pytest.raises(OperatorError, match="Line 2 of"):
            environment.read_environment(self.file)

    def test_the_file_alone_says_what_the_paper_is_run_with(self):
        self.write("NEWSROOM_HOSTS=news.example.org\n")
        os.environ |= {"NEWSROOM_HOSTS": "other.example.org", "NEWSROOM_DEBUG": "1"}
        environment.take_environment(self.file)
        assert os.environ["NEWSROOM_HOSTS"] == "news.example.org"
        assert "NEWSROOM_DEBUG" not in os.environ

    def test_the_example_can_be_read_with_every_line_taken_in(self):
        example = (settings.BASE_DIR / ".env.example").read_text()
        self.write("\n".join(line.removeprefix("#") for line in example.splitlines() if line.startswith("#NEWSROOM_")))
        assert len(environment.read_environment(self.file)) >= 30


class BareRunTests(OperatorTestCase):
    def manage(self, *arguments, **variables):
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
        how = {"env": os.environ | variables, "cwd": self.folder, "capture_output": True, "text": True, "check": False}
        return subprocess.run(command, **how)

    def test_manage_py_refuses_beside_a_service_and_makes_no_database(self):
        self.write("NEWSROOM_HOSTS=news.example.org\n")
        before = sorted((settings.BASE_DIR / "var").glob("*.sqlite3"))
        done = self.manage("migrate")
        assert done.returncode == 1
        assert "sudo newsroom migrate" in done.stderr
        assert "Traceback" not in done.stderr
        assert sorted((settings.BASE_DIR / "var").glob("*.sqlite3")) == before

    def test_manage_py_works_where_the_environment_is_there_or_debug_is_asked_for_or_no_service_is(self):
        self.write("NEWSROOM_HOSTS=news.example.org\n")
        os.environ["NEWSROOM_DEBUG"] = "1"
        environment.refuse_bare_run()
        del os.environ["NEWSROOM_DEBUG"]
        with pytest.raises(OperatorError, match="NEWSROOM_DEBUG=1"):
            environment.refuse_bare_run()
        self.file.unlink()
        environment.refuse_bare_run()


class CommandTests(OperatorTestCase):
    """The command itself, in a folder of its own with a ``manage.py`` that says what it was started with."""

    def setUp(self):
        super().setUp()
        self.folder.chmod(0o755)
        self.code = self.folder / "releases" / "v1"
        (self.code / "newsroom").mkdir(parents=True)
        shutil.copytree(settings.BASE_DIR / "newsroom" / "operating", self.code / "newsroom" / "operating")
        shutil.copytree(settings.BASE_DIR / "bin", self.code / "bin")
        (self.code / "newsroom" / "__init__.py").touch()
        (self.code / "manage.py").write_text(SHOW)
        (self.folder / "current").symlink_to("releases/v1")
        self.file.touch()

    def run_command(self, *arguments, **how):
        command = [sys.executable, "-I", str(self.folder / "current" / "bin" / "newsroom"), *arguments]
        return subprocess.run(command, cwd="/", env=os.environ, capture_output=True, text=True, check=False, **how)

    def test_a_command_has_the_environment_and_the_real_path_of_its_release(self):
        self.write(f"NEWSROOM_CONTACT=desk@example.org\nNEWSROOM_USER={OWN}\n")
        done = self.run_command("tell_due")
        assert done.stdout.split()[2:] == ["desk@example.org", str(self.code.resolve())], done.stderr

    @skipUnless(os.geteuid() == 0 and SYSTEM_PYTHON.exists(), "Only root can become another user")
    def test_root_becomes_the_services_user_with_all_groups_and_home(self):
        other = pwd.getpwnam("nobody")
        self.write("NEWSROOM_USER=nobody\n")
        (self.code / ".venv" / "bin").mkdir(parents=True)
        (self.code / ".venv" / "bin" / "python").symlink_to(SYSTEM_PYTHON)  # the tests' own may be in root's home
        (self.code / "manage.py").write_text(SHOW + "; print(os.getgroups(), os.getuid())")
        done = self.run_command("tell_due")
        assert done.stdout.split()[:2] == [str(other.pw_uid), other.pw_dir], done.stderr
        assert done.stdout.splitlines()[1] == f"[{other.pw_gid}] {other.pw_uid}"

    def test_another_user_is_told_whom_it_takes(self):
        self.write("NEWSROOM_USER=nobody\n")
        environment.take_environment(self.file)
        with mock.patch("os.geteuid", return_value=4711), pytest.raises(OperatorError, match="as the user nobody"):
            environment.become_service_user()

    def test_what_is_missing_is_said_without_a_traceback(self):
        self.file.unlink()
        for text, words in [
            (None, "newsroom.env is missing"),
            ("NEWSROOM_USER=no-such-user\n", "adduser --system --group no-such-user"),
            ("nonsense\n", "Line 1 of"),
        ]:
            with self.subTest(words):
                if text:
                    self.write(text)
                done = self.run_command("doctor")
                assert (done.returncode, done.stdout) == (1, "")
                assert words in done.stderr
                assert "Traceback" not in done.stderr

    def test_in_a_container_the_variables_are_there_and_nobody_is_changed(self):
        self.file.unlink()
        os.environ["NEWSROOM_CONTACT"] = "desk@example.org"
        assert self.run_command("work").stdout.split()[0] == str(os.geteuid())

    def test_a_change_of_the_release_takes_one_word_and_says_which(self):
        self.write(f"NEWSROOM_USER={OWN}\n")
        done = self.run_command("deploy")
        assert (done.returncode, "newsroom deploy TAG" in done.stderr) == (1, True)
        assert "newsroom rollback" in self.run_command().stdout

    def test_the_code_of_a_developer_is_no_release(self):
        with mock.patch.object(releases.Releases, "deploy") as deploy:
            assert main(self.folder, ["deploy", "v1"]) == 1
            self.write(f"NEWSROOM_USER={OWN}\n")
            assert main(self.folder / "repository", ["deploy", "v1"]) == 0
        deploy.assert_called_once_with("v1")


class DocumentTests(SimpleTestCase):
    """docs/operators.md, from a bare machine to https."""

    databases = ()

    def commands(self):
        text = (settings.BASE_DIR / "docs" / "operators.md").read_text()
        part = text.partition("## From a bare Debian to https")[2].partition("\n## ")[0]
        return re.sub(
            r"<<END\n.*?\n    END\n", "<<END\n", "\n".join(re.findall(r"^    .*", part, re.MULTILINE)), flags=re.DOTALL
        )

    def test_it_takes_fifteen_commands_at_most(self):
        assert 10 < len(self.commands().splitlines()) <= 15

    def test_what_they_name_of_a_release_is_in_the_repository(self):
        braces = re.sub(
            r"(\S*)\{(\S+)\}", lambda found: " ".join(found[1] + end for end in found[2].split(",")), self.commands()
        )
        names = re.findall(r"/srv/newsroom/current/(\S+)", braces)
        assert len(names) >= 6
        assert [name for name in names if not (settings.BASE_DIR / name).is_file()] == []

    def test_the_environment_that_they_write_starts_the_paper(self):
        text = (settings.BASE_DIR / "docs" / "operators.md").read_text()
        lines = re.search(r"<<END\n(.*?)\n    END\n", text, re.DOTALL)[1].replace("$PAPER", "news.example.org")
        written = dict(line.strip().split("=", 1) for line in lines.splitlines())
        written |= {"NEWSROOM_SECRET_KEY": "k" * 60, "NEWSROOM_EMAIL_HOST": "mail.example.org"}
        with tempfile.TemporaryDirectory() as folder:
            environ = {"PATH": os.environ["PATH"]} | written | {"NEWSROOM_VAR_DIR": folder}
            how = {"cwd": settings.BASE_DIR, "env": environ, "capture_output": True, "text": True, "check": False}
            done = subprocess.run([sys.executable, "-c", SHOW_SETTINGS], **how)
        assert done.stdout.split() == ["False", "/var/run/postgresql", "newsroom", "newsroom"], done.stderr
