import os
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from unittest import mock

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import ConnectionHandler, OperationalError
from django.test import SimpleTestCase

from newsroom import env
from newsroom.management.commands import serve
from newsroom.tests import backup_places
from newsroom.tests.test_untold import unprivileged

KEY = "k3y-" * 15


def having(**variables):
    """An environment with these NEWSROOM_* variables and no others."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NEWSROOM_")}
    return kept | {f"NEWSROOM_{name}": value for name, value in variables.items()}


def read(reader, name, *args, value, **kwargs):
    with mock.patch.dict(os.environ, {f"NEWSROOM_{name}": value}):
        return reader(name, *args, **kwargs)


class TestReaders:
    def test_text_has_no_blanks_around_it(self):
        assert read(env.text, "NAME", value="  a b ") == "a b"
        assert read(env.text, "NAME", "c", value="   ") == "c"

    def test_secret_may_stand_in_a_file_that_a_vault_writes(self, tmp_path):
        file = tmp_path / "secret"
        file.write_text(f"{KEY}\n")
        with mock.patch.dict(os.environ, {"NEWSROOM_NAME_FILE": str(file)}):
            assert env.text("NAME", "else") == KEY
            assert env.words("NAME") == [KEY]
            with mock.patch.dict(os.environ, {"NEWSROOM_NAME_FILE": "secret", "CREDENTIALS_DIRECTORY": str(tmp_path)}):
                assert env.text("NAME") == KEY
            with pytest.raises(ImproperlyConfigured, match="NEWSROOM_NAME and NEWSROOM_NAME_FILE are both set"):
                read(env.text, "NAME", value="x")
            for content in (None, b"\xff\xfe"):
                file.unlink() if content is None else file.write_bytes(content)
                with pytest.raises(ImproperlyConfigured, match=r"NEWSROOM_NAME_FILE is .* can't be read"):
                    env.text("NAME", "else")

    def test_words_are_separated_by_commas_or_blanks(self):
        assert read(env.words, "NAME", value=" a, b c,,d ") == ["a", "b", "c", "d"]
        assert read(env.words, "NAME", value="") == []

    def test_hosts_are_bare_names(self):
        written = "news.example.org,News.example.org 127.0.0.1 [::1] xn--80a1acny.kg"
        assert read(env.hosts, "NAME", value=written) == written.replace(",", " ").split()

    @pytest.mark.parametrize(
        "value",
        ["*", "*.a.org", ".a.org", "a..org", "a.org.", "https://a.org", "a.org/", "a.org:8000", "a_b.org", "газета.kg"],
    )
    def test_hosts_refuse_anything_else(self, value):
        with pytest.raises(ImproperlyConfigured, match=r"NEWSROOM_NAME is .* bare names, like news.example.org"):
            read(env.hosts, "NAME", value=f"a.org,{value}")

    @pytest.mark.parametrize("value", ["", "redis://h", "redis://:pw@h:6379/1", "rediss://h:1/0", "unix:///run/r.sock"])
    def test_redis_is_an_address(self, value):
        assert read(env.redis, "NAME", value=value) == value

    @pytest.mark.parametrize("value", ["h:6379", "http://:secret@h", "redis://", "redis://:secret@h:x", "unix://", "h"])
    def test_redis_refuses_others_and_keeps_the_password_to_itself(self, value):
        with pytest.raises(ImproperlyConfigured, match=r"NEWSROOM_NAME .* must be redis://") as refusal:
            read(env.redis, "NAME", value=value)
        assert "secret" not in str(refusal.value)

    @pytest.mark.parametrize("value", ["1", "true", "YES", " on "])
    def test_flag_says_yes(self, value):
        assert read(env.flag, "NAME", value=value, default=False) is True

    @pytest.mark.parametrize("value", ["0", "false", "No", "off"])
    def test_flag_says_no(self, value):
        assert read(env.flag, "NAME", value=value, default=True) is False

    @pytest.mark.parametrize("value", ["2", "ja", "truee"])
    def test_flag_refuses_what_is_neither(self, value):
        with pytest.raises(ImproperlyConfigured, match=f"NEWSROOM_NAME is “{value}”; it must be 1 or 0"):
            read(env.flag, "NAME", value=value, default=True)

    def test_number_keeps_to_its_limits(self):
        assert read(env.number, "NAME", 3, value="") == 3
        assert read(env.number, "NAME", 3, value="5", most=5) == 5

    @pytest.mark.parametrize("value", ["6", "0", "-1", "1.5", "five"])
    def test_number_refuses_anything_else(self, value):
        with pytest.raises(ImproperlyConfigured, match=r"NEWSROOM_NAME is .* a whole number from 1 to 5"):
            read(env.number, "NAME", 3, value=value, least=1, most=5)

    def test_choice_is_one_of_a_few_words(self):
        assert read(env.choice, "NAME", "a", ["a", "b"], value="") == "a"
        assert read(env.choice, "NAME", "a", ["a", "b"], value=" B ") == "b"
        with pytest.raises(ImproperlyConfigured, match="NEWSROOM_NAME is “c”; it must be one of a, b"):
            read(env.choice, "NAME", "a", ["a", "b"], value="c")

    @pytest.mark.parametrize("value", ["news@a.org", "The Paper <news@a.org>", "Газета <n@a.org>"])
    def test_mail_address_is_one(self, value):
        assert read(env.mail_address, "NAME", "x@y", value=value) == value

    @pytest.mark.parametrize(
        "value", ["news", "news@", "@a.org", "a b@c.org", "x\r <a@b.org>", "<a@b.org>", "a@b, c@d"]
    )
    def test_mail_address_refuses_anything_else(self, value):
        with pytest.raises(ImproperlyConfigured, match=r"NEWSROOM_NAME is .* it must be news@example.org"):
            read(env.mail_address, "NAME", "x@y", value=value)

    def test_folder_is_an_absolute_path(self):
        assert read(env.folder, "NAME", Path("/a"), value="/b/c") == Path("/b/c")
        with pytest.raises(ImproperlyConfigured, match="NEWSROOM_NAME is “b/c”; it must be an absolute path"):
            read(env.folder, "NAME", Path("/a"), value="b/c")

    def test_backups_are_in_a_folder_of_the_paper_alone_or_in_a_bucket(self):
        folder = read(env.backups, "NAME", Path("/a"), value="")["OPTIONS"]
        assert (folder["location"], folder["directory_permissions_mode"]) == (Path("/a"), 0o700)
        assert read(env.backups, "NAME", Path("/a"), value="/b")["OPTIONS"]["location"] == Path("/b")
        bucket = read(env.backups, "NAME", Path("/a"), value="s3://key:secret@host/safe")
        assert bucket["BACKEND"].endswith("S3Storage")
        assert (bucket["OPTIONS"]["bucket_name"], bucket["OPTIONS"]["location"]) == ("safe", "backups")
        for value in ("b/c", "ftp://host/safe"):
            with pytest.raises(ImproperlyConfigured, match="NEWSROOM_NAME"):
                read(env.backups, "NAME", Path("/a"), value=value)

    def test_key_of_backups_is_one_and_is_never_shown(self):
        assert read(env.age_key, "NAME", value="") == ""
        assert read(env.age_key, "NAME", value=backup_places.KEY) == backup_places.KEY
        with pytest.raises(ImproperlyConfigured, match="NEWSROOM_NAME must be a key") as refusal:
            read(env.age_key, "NAME", value=backup_places.KEY[:-1])
        assert backup_places.KEY[20:40] not in str(refusal.value)

    def test_counts_are_as_many_numbers_as_there_are_by_default(self):
        assert read(env.counts, "NAME", (7, 4, 12), value="") == (7, 4, 12)
        assert read(env.counts, "NAME", (7, 4, 12), value="1, 0, 24") == (1, 0, 24)
        for value in ("7,4", "7,4,-1", "7,4,12,1", "7,4,many"):
            with pytest.raises(ImproperlyConfigured, match="it must be 3 numbers, like 7,4,12"):
                read(env.counts, "NAME", (7, 4, 12), value=value)

    def test_database_may_be_postgresql(self):
        url = "postgresql://us%40er:pa%2Fss@db.example:6432/pa%20per?sslmode=require"
        found = read(env.database, "DATABASE_URL", value=url, default=Path("/a"))
        assert found["ENGINE"].endswith("postgresql")
        assert (found["USER"], found["PASSWORD"], found["NAME"]) == ("us@er", "pa/ss", "pa per")
        assert (found["HOST"], found["PORT"]) == ("db.example", 6432)
        assert found["OPTIONS"]["sslmode"] == "require"

    def test_database_behind_a_pooler_prepares_nothing(self):
        url = "postgresql://u:p@db.example/paper?options=-c%20work_mem%3D8MB"
        found = read(env.database, "DATABASE_URL", value=url, default=Path("/a"))["OPTIONS"]
        assert found["prepare_threshold"] == 2
        assert found["options"] == "-c work_mem=8MB -c plan_cache_mode=force_generic_plan -c jit=off"
        found = read(env.database, "DATABASE_URL", value=f"{url}&prepare=no", default=Path("/a"))["OPTIONS"]
        assert "prepare_threshold" not in found
        assert found["options"] == "-c work_mem=8MB"
        assert "prepare" not in found

    def test_database_is_a_file_by_default(self):
        assert read(env.database, "DATABASE_URL", value="", default=Path("/a/b c"))["NAME"] == "/a/b c"
        assert read(env.database, "DATABASE_URL", value="", default=Path("/a#%41?b"))["NAME"] == "/a#%41?b"
        assert read(env.database, "DATABASE_URL", value="sqlite:////d/e", default=Path("/a"))["NAME"] == "/d/e"

    @pytest.mark.parametrize("value", ["postgresql://u:secret@h:port/n", "postgresql://u:secret@h:99999/n"])
    def test_database_with_a_bad_port_is_told_of_its_port(self, value):
        with pytest.raises(
            ImproperlyConfigured, match=r"NEWSROOM_DATABASE_URL .* its port must be a number"
        ) as refusal:
            read(env.database, "DATABASE_URL", value=value, default=Path("/a"))
        assert "secret" not in str(refusal.value)

    @pytest.mark.parametrize(
        "value",
        [
            "mysql://u:secret@h/n",
            "postgresql://u:secret@h",
            "postgresql://u:secret",
            "postgresql://u:sec/secret@h/n",
            "postgresql://u@h?password=secret",
            "postgresql://u:secret@[h/n",
            "sqlite:",
            "paper",
            "/p",
        ],
    )
    def test_database_refuses_others_and_keeps_the_password_to_itself(self, value):
        with pytest.raises(ImproperlyConfigured, match="NEWSROOM_DATABASE_URL") as refusal:
            read(env.database, "DATABASE_URL", value=value, default=Path("/a"))
        assert "secret" not in str(refusal.value)


class TestStart:
    """The settings in a process of their own, as a server starts with them."""

    def start(self, tmp_path, code="import newsroom.settings as s; print(s.DEBUG, s.SECURE_SSL_REDIRECT)", **variables):
        return subprocess.run(
            [sys.executable, "-c", code],
            cwd=settings.BASE_DIR,
            env=having(**{"VAR_DIR": str(tmp_path)} | variables) | {"DJANGO_SETTINGS_MODULE": "newsroom.settings"},
            capture_output=True,
            text=True,
            check=False,
        )

    def test_a_laptop_needs_no_variable(self, tmp_path):
        assert self.start(tmp_path).stdout.split() == ["True", "False"]

    @pytest.mark.parametrize("entry", ["wsgi", "asgi"])
    def test_a_server_needs_a_host_or_debug_on_purpose(self, tmp_path, entry):
        code = f"import newsroom.{entry} as entry; print(callable(entry.application))"
        unasked = self.start(tmp_path, code)
        assert unasked.returncode != 0
        assert "set NEWSROOM_HOSTS" in unasked.stderr.splitlines()[-1]
        for variables in ({"DEBUG": "1"}, {"HOSTS": "news.example.org", "SECRET_KEY": KEY}):
            assert self.start(tmp_path, code, **variables).stdout == "True\n", variables

    def test_folder_that_cannot_be_made_or_written_to_stops_the_start(self, tmp_path):
        (tmp_path / "file").touch()
        for path in (tmp_path / "file", tmp_path / "file" / "var"):
            last = self.start(tmp_path, VAR_DIR=str(path)).stderr.splitlines()[-1]
            assert f"ImproperlyConfigured: NEWSROOM_VAR_DIR is “{path}”; it must be a folder" in last
        with mock.patch("os.access", return_value=False), pytest.raises(ImproperlyConfigured, match="may write to"):
            read(env.writable_folder, "NAME", Path("/a"), value=str(tmp_path))

    def test_naming_a_host_makes_it_production(self, tmp_path):
        started = self.start(tmp_path, HOSTS="news.example.org", SECRET_KEY=KEY)
        assert started.stdout.split() == ["False", "True"]

    def test_key_may_come_from_a_file(self, tmp_path):
        (tmp_path / "key").write_text(KEY)
        code = "import newsroom.settings as s; print(s.SECRET_KEY)"
        started = self.start(tmp_path, code, HOSTS="news.example.org", SECRET_KEY_FILE=str(tmp_path / "key"))
        assert started.stdout.strip() == KEY

    def test_cookies_have_names_that_no_other_host_can_set_where_there_is_https(self, tmp_path):
        code = (
            "import django; django.setup(); from django.conf import settings as s; "
            "from newsroom.desk.message_storage import MessageCookie as m; "
            "from newsroom.desk import unsaved_forms as u; "
            "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, m.cookie_name, u.LAST_USER, u.SAVED)"
        )
        names = ["sessionid", "csrftoken", "messages", "desk_user", "desk_saved"]
        assert self.start(tmp_path, code).stdout.split() == names
        server = self.start(tmp_path, code, HOSTS="news.example.org", SECRET_KEY=KEY)
        assert server.stdout.split() == [f"__Host-{name}" for name in names]

    def test_browsers_are_told_of_subdomains_only_where_somebody_asked_for_it(self, tmp_path):
        code = "import newsroom.settings as s; print(s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_HSTS_PRELOAD)"
        server = {"HOSTS": "news.example.org", "SECRET_KEY": KEY}
        for value, told in (("", "False False"), ("subdomains", "True False"), ("preload", "True True")):
            assert self.start(tmp_path, code, HSTS=value, **server).stdout.strip() == told, value

    def test_mail_goes_where_the_variables_say(self, tmp_path):
        code = (
            "import newsroom.settings as s; print(s.EMAIL_BACKEND.split('.')[4], s.EMAIL_PORT, s.EMAIL_USE_TLS, "
            "s.EMAIL_USE_SSL, s.DEFAULT_FROM_EMAIL, s.SITE_ROOT)"
        )
        console = "console 25 False False newsroom@localhost http://127.0.0.1:8000"
        assert self.start(tmp_path, code).stdout.strip() == console
        server = {"HOSTS": "news.example.org", "SECRET_KEY": KEY, "EMAIL_HOST": "mail.example.org"}
        login = {"EMAIL_TLS": "starttls", "EMAIL_USER": "desk", "EMAIL_PASSWORD": "x"}
        smtp = "smtp 587 True False newsroom@news.example.org https://news.example.org"
        assert self.start(tmp_path, code, **server, **login).stdout.strip() == smtp
        other = {"EMAIL_TLS": "ssl", "EMAIL_FROM": "desk@example.org"}
        assert self.start(tmp_path, code, **server, **other).stdout.split()[:5] == [
            *("smtp", "465", "False", "True", "desk@example.org")
        ]

    def test_nginx_follows_by_itself_and_others_are_told(self, tmp_path):
        code = "from django.conf import settings as s; print(s.NGINX, s.CDN)"
        told = {"PURGE_KEY": "x", "PURGE_URLS": "http://10.0.0.2/"}
        assert self.start(tmp_path, code).stdout.strip() == "False []"
        assert self.start(tmp_path, code, CDN="nginx").stdout.strip() == "True []"
        assert self.start(tmp_path, code, CDN="nginx purge", **told).stdout.strip() == "True ['purge']"

    @pytest.mark.parametrize(
        ("named", "variables"),
        [
            ("NEWSROOM_SECRET_KEY", {"HOSTS": "news.example.org"}),
            ("NEWSROOM_SECRET_KEY", {"HOSTS": "news.example.org", "SECRET_KEY": "short"}),
            ("NEWSROOM_HOSTS", {"DEBUG": "0", "SECRET_KEY": KEY}),
            ("NEWSROOM_DEBUG", {"DEBUG": "1", "HOSTS": "news.example.org", "SECRET_KEY": KEY}),
            ("NEWSROOM_DEBUG", {"DEBUG": "maybe"}),
            ("NEWSROOM_HOSTS", {"HOSTS": "*", "SECRET_KEY": KEY}),
            ("NEWSROOM_REDIS_URL", {"REDIS_URL": "memcached://cache"}),
            ("NEWSROOM_REDIS_URL", {"REDIS_URL": "redis+sentinel://one:26379,two:26379"}),
            ("NEWSROOM_REDIS_URL", {"REDIS_URL": "redis+cluster://one,two"}),
            ("NEWSROOM_REPLICA_URLS", {"REPLICA_URLS": "sqlite:////tmp/x"}),
            ("NEWSROOM_PAGE_CACHE_MB", {"PAGE_CACHE_MB": "0"}),
            ("NEWSROOM_CDN", {"CDN": "akamai"}),
            ("NEWSROOM_FASTLY_SERVICE", {"CDN": "fastly", "FASTLY_TOKEN": "x"}),
            ("NEWSROOM_CLOUDFLARE_TOKEN", {"CDN": "cloudflare", "CLOUDFLARE_ZONE": "x"}),
            ("NEWSROOM_PURGE_URLS", {"CDN": "purge", "PURGE_KEY": "x"}),
            ("NEWSROOM_PURGE_URLS", {"PURGE_URLS": "varnish:6081"}),
            ("NEWSROOM_S3_URL", {"S3_URL": "s3://host"}),
            ("NEWSROOM_DATABASE_POOL", {"DATABASE_POOL": "0"}),
            ("NEWSROOM_DATABASE_URL", {"DATABASE_URL": "oracle://paper"}),
            ("NEWSROOM_DATABASE_URL", {"DATABASE_URL": "postgresql://u:p@host:port/paper"}),
            ("NEWSROOM_VAR_DIR", {"VAR_DIR": "var"}),
            ("NEWSROOM_MEDIA_DIR", {"MEDIA_DIR": "media"}),
            ("NEWSROOM_UPLOADS_DIR", {"UPLOADS_DIR": "./uploads"}),
            ("NEWSROOM_HSTS", {"HSTS": "1"}),
            ("NEWSROOM_BEHIND_PROXY", {"BEHIND_PROXY": "nginx"}),
            ("NEWSROOM_OIDC_ISSUER", {"OIDC_ISSUER": "http://login.example.org"}),
            ("NEWSROOM_OIDC_CLIENT", {"OIDC_ISSUER": "https://login.example.org"}),
            ("NEWSROOM_PROXIES", {"PROXIES": "nginx"}),
            ("NEWSROOM_SECOND_FACTOR", {"SECOND_FACTOR": "editors"}),
            ("NEWSROOM_PROXIES", {"PROXIES": "10.0.0.1/8"}),
            ("NEWSROOM_EMAIL_TLS", {"EMAIL_TLS": "maybe"}),
            ("NEWSROOM_EMAIL_PORT", {"EMAIL_PORT": "70000"}),
            ("NEWSROOM_EMAIL_FROM", {"EMAIL_FROM": "the desk"}),
            ("NEWSROOM_EMAIL_PASSWORD", {"EMAIL_HOST": "mail.example.org", "EMAIL_PASSWORD": "x"}),
        ],
    )
    def test_a_wrong_variable_stops_the_start_by_its_name(self, tmp_path, named, variables):
        started = self.start(tmp_path, **variables)
        assert started.returncode != 0
        assert "ImproperlyConfigured" in started.stderr
        assert named in started.stderr.splitlines()[-1]


def test_serve_asks_for_debug_on_purpose(settings):
    for debug, said in ((True, "1"), (False, "0")):
        settings.DEBUG = debug
        with mock.patch("subprocess.Popen") as started, socket.socket() as listener:
            serve.start_children(listener)
        assert [call.kwargs["env"]["NEWSROOM_DEBUG"] for call in started.call_args_list] == [said, said]


def test_every_variable_is_in_the_example():
    code = (settings.BASE_DIR / "newsroom" / "settings.py").read_text()
    read_there = set(re.findall(r"env\.\w+\([\"'](\w+)[\"']", code))
    example = (settings.BASE_DIR / ".env.example").read_text()
    listed = set(re.findall(r"^#NEWSROOM_(\w+)=", example, re.MULTILINE))
    assert listed - {"CHROMIUM", "USER"} == read_there  # the tests read the one, bin/newsroom the other


class SqliteTests(SimpleTestCase):
    databases = {"default"}  # the name of its own

    def test_connection_from_when_the_file_was_read_only_does_not_last(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "paper.sqlite3"
            paper = ConnectionHandler({"default": env.database_at("DATABASE_URL", f"sqlite:///{path}")})["default"]
            with closing(sqlite3.connect(path, isolation_level=None)) as keeper:  # so that there is a log
                keeper.execute("PRAGMA journal_mode = WAL")
                keeper.execute("CREATE TABLE word (text)")
                self.set_modes(path, 0o444, 0o555)
                with unprivileged(), self.assertRaisesMessage(OperationalError, "readonly"):
                    self.write(paper)
                self.set_modes(path, 0o666, 0o777)
                later = time.monotonic() + 60
                with unprivileged(), mock.patch("django.db.backends.base.base.time.monotonic", return_value=later):
                    paper.close_if_unusable_or_obsolete()  # as before each request
                    self.write(paper)
                    paper.close()

    def set_modes(self, path, file_mode, folder_mode):
        for file in path.parent.iterdir():
            file.chmod(file_mode)
        path.parent.chmod(folder_mode)

    def write(self, paper):
        with paper.cursor() as cursor:
            cursor.execute("INSERT INTO word VALUES ('x')")
