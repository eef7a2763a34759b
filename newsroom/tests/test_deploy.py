"""What is in deploy/ besides nginx's files: units with few rights, images without secrets, versions that are named."""

import re
import shutil
import subprocess
from fnmatch import fnmatch
from unittest import skipUnless

from django.conf import settings
from django.test import SimpleTestCase

DEPLOY = settings.BASE_DIR / "deploy"
LEAST = 2.5  # of systemd-analyze's ten, where ten is everything
VERSION = re.compile(r"[\w./-]+:\d+\.\d+(?:\.\d+)?(?:-[\w-]+)?")


class ImageTests(SimpleTestCase):
    databases = ()

    def dockerfile(self):
        return (DEPLOY / "Dockerfile").read_text()

    def test_its_python_is_the_one_that_is_tested(self):
        makefile = (settings.BASE_DIR / "Makefile").read_text()
        (version,) = set(re.findall(r"--python-version ([\d.]+)", makefile))
        assert re.search(r"^FROM python:([\d.]+)-", self.dockerfile(), re.MULTILINE)[1].startswith(f"{version}.")

    def test_every_image_is_named_with_its_version(self):
        compose = (DEPLOY / "compose.yaml").read_text()
        images = re.findall(r"^ *(?:image:|FROM) (\S+)", compose + self.dockerfile(), re.MULTILINE)
        assert len(images) >= 4
        assert [image for image in images if not VERSION.fullmatch(image)] == []

    def test_no_secret_gets_into_an_image_or_stands_in_a_file(self):
        lines = (settings.BASE_DIR / ".dockerignore").read_text().splitlines()
        patterns = [line.removeprefix("**/") for line in lines if line and line[0] != "#"]
        for name in (
            ".env",
            "newsroom.env",
            "privkey.pem",
            "age.key",
            "newsroom.sqlite3",
            "newsroom.sqlite3-wal",
            ".git",
            "var",
        ):
            assert any(fnmatch(name, pattern) for pattern in patterns), name
        assert not re.search(r"^(?:ENV|ARG)", self.dockerfile(), re.MULTILINE)
        compose = (DEPLOY / "compose.yaml").read_text()
        assert re.findall(r"(?:PASSWORD|SECRET\w*|TOKEN|KEY): +(?!\"\$\{)\S+", compose) == []
        assert "newsroom:${POSTGRES_PASSWORD:?" in compose


class UnitTests(SimpleTestCase):
    databases = ()

    def test_services_start_what_is_in_the_release_that_is_current(self):
        for unit in sorted((DEPLOY / "systemd").glob("newsroom*.service")):
            for command in re.findall(r"^ExecStart\w*=(\S+)", unit.read_text(), re.MULTILINE):
                with self.subTest(unit.name):
                    name = command.removeprefix("/srv/newsroom/current/")
                    assert name != command
                    assert (settings.BASE_DIR / name).is_file()

    def test_libraries_are_compared_with_known_holes_each_week(self):
        service = (DEPLOY / "systemd" / "newsroom-audit.service").read_text()
        timer = (DEPLOY / "systemd" / "newsroom-audit.timer").read_text()
        assert "\nOnCalendar=Mon " in timer
        assert re.search(r"^ExecStart=\S+/bin/audit \S+ /srv/newsroom/current/requirements.txt$", service, re.MULTILINE)
        script = settings.BASE_DIR / "bin" / "audit"
        assert script.stat().st_mode & 0o111
        assert "pip-audit" in script.read_text()

    def test_journal_goes_to_another_machine_over_tls_with_certificates_on_both_sides(self):
        text = (DEPLOY / "journal-upload.conf").read_text()
        assert re.search(r"^URL=https://", text, re.MULTILINE)
        for name in ("ServerKeyFile", "ServerCertificateFile", "TrustedCertificateFile"):
            assert re.search(rf"^{name}=/", text, re.MULTILINE), name

    def test_no_service_reads_the_history_of_the_code(self):
        for unit in sorted((DEPLOY / "systemd").glob("newsroom*.service")):
            with self.subTest(unit.name):
                assert "\nInaccessiblePaths=-/srv/newsroom/repository\n" in unit.read_text()

    @skipUnless(shutil.which("systemd-analyze"), "No systemd-analyze")
    def test_services_have_few_rights(self):
        for unit in sorted((DEPLOY / "systemd").glob("newsroom*.service")):
            command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)]
            said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
            with self.subTest(unit.name):
                assert float(re.search(r"exposure level for \S+: ([\d.]+)", said)[1]) <= LEAST
