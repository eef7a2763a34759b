"""The doctor finds each fault of a server: a table of faults, each made in turn, with the words that tell of it."""

import datetime
import http.server
import os
import re
import socket
import ssl
import tempfile
import threading
from contextlib import ExitStack, contextmanager
from io import StringIO
from pathlib import Path
from unittest import mock
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.files.storage import FileSystemStorage, storages
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from django.test import TestCase, override_settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from articles.desk.people import factor_secrets
from articles.models import WorkerBeat
from articles.tests.factories import make_image, make_user
from newsroom.backups import archive, outcome
from newsroom.operating import doctor
from newsroom.operating.doctor import database, machine, proxy, services
from newsroom.tests.test_docs import reference

TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
HOUR = datetime.timedelta(hours=1)
SOUND = {
    "ALLOWED_HOSTS": ["news.example.org"],
    "SITE_HOST": "news.example.org",
    "SECRET_KEY": "".join(map(chr, range(40, 120))),
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": 3600,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": False,  # as it is unless NEWSROOM_HSTS says otherwise
    "SECURE_HSTS_PRELOAD": False,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "EMAIL_HOST": "mail.example.org",
    # What browser tests, which may come before in the same process, leave in the environment.
    "SILENCED_SYSTEM_CHECKS": [*settings.SILENCED_SYSTEM_CHECKS, "async.E001"],
    "EMAIL_TLS": "starttls",
}
OF_SERVER = {
    "SHOW server_version_num": "170002",
    "SHOW server_version": "17.2",
    "SHOW jit": "off",
    "SHOW statement_timeout": "30s",
    "SHOW lock_timeout": "10s",
    "SHOW idle_in_transaction_session_timeout": "1min",
    "SHOW default_transaction_read_only": "off",
}


def changed(**values):
    return override_settings(**values)


@contextmanager
def server_says(is_standby=False, of_replica=(True, 0), **shown):
    """A PostgreSQL that shows these values, and a replica that says whether it is one, and how late."""
    said = (
        OF_SERVER
        | {"SELECT pg_is_in_recovery()": is_standby}
        | {f"SHOW {name}": value for name, value in shown.items()}
    )
    of_replica = dict(zip(["SELECT pg_is_in_recovery()", database.LAG], of_replica, strict=True))
    server = mock.Mock(vendor="postgresql", display_name="PostgreSQL", settings_dict={"USER": "newsroom"})
    with (
        changed(REPLICAS=["replica1"]),
        mock.patch.object(database, "connection", server),
        mock.patch.object(database, "ask_value", lambda sql, alias="": (of_replica if alias else said)[sql]),
    ):
        yield


@contextmanager
def pooler_unsaid():
    """A server that does not show the limits that the newsroom told it."""
    with server_says():
        ask = database.ask_value
        said = mock.patch.object(
            database, "ask_value", lambda sql, alias="": "0" if sql == database.LOCK_LIMIT else ask(sql, alias)
        )
        database.connection.settings_dict = {"USER": "newsroom", "OPTIONS": {"prepare_threshold": 2}}
        with said:
            yield


def database_away():
    refusing = {"ensure_connection.side_effect": OperationalError("refused")}
    return mock.patch.object(database, "connection", **refusing)


@contextmanager
def replica_away():
    refusing = mock.patch.object(database, "ask_value", side_effect=OperationalError("connection refused"))
    with changed(REPLICAS=["replica1"]), refusing:
        yield


@contextmanager
def open_folder():
    """A folder in NEWSROOM_VAR_DIR that everybody may change."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "cache").mkdir()
        (Path(folder) / "cache").chmod(0o777)
        with changed(VAR_DIR=Path(folder), GENERATION_DIR=Path(folder) / "generation"):
            yield


@contextmanager
def environment_file(mode):
    with tempfile.NamedTemporaryFile() as file, mock.patch.dict(os.environ, NEWSROOM_ENV_FILE=file.name):
        os.chmod(file.name, mode)
        yield


@contextmanager
def factor_of_former_key():
    secret = factor_secrets.SecretsAtRest().encrypt("JBSWY3DP")
    row = Authenticator.objects.create(user=make_user(), type=Authenticator.Type.TOTP, data={"secret": secret})
    with changed(SECRET_KEY=SOUND["SECRET_KEY"][::-1]):
        yield
    row.delete()


@contextmanager
def readable_database():
    os.chmod(connection.settings_dict["NAME"], 0o644)
    yield
    os.chmod(connection.settings_dict["NAME"], 0o640)


def disk(**values):
    usual = {"f_frsize": 4096, "f_blocks": 10**8, "f_bavail": 5 * 10**7, "f_files": 1000, "f_favail": 900}
    return mock.patch.object(machine.os, "statvfs", return_value=mock.Mock(**usual | values))


@contextmanager
def saved_in_an_hour():
    user = User.objects.create_user("ann")
    entry = LogEntry.objects.create(user=user, object_repr="Rail", action_flag=CHANGE)
    LogEntry.objects.filter(pk=entry.pk).update(action_time=timezone.now() + HOUR)
    yield
    entry.delete()
    user.delete()


@contextmanager
def redis_says(**memory):
    client = mock.Mock(**{"info.return_value": {"used_memory_human": "1M"} | memory})
    with (
        changed(REDIS_URL="redis://127.0.0.1:1/0"),
        mock.patch.object(services.redis_client, "client_of_paper", return_value=client),
    ):
        yield


def broken_storage():
    return mock.patch.object(type(storages["uploads"]), "_save", side_effect=OSError("No space left on device"))


@contextmanager
def missing_picture():
    image = make_image()
    image.file.storage.delete(image.file.name)
    yield
    image.delete()


def mail_at(port, **values):
    backend = "django.core.mail.backends.smtp.EmailBackend"
    return changed(EMAIL_BACKEND=backend, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port, EMAIL_TIMEOUT=0.2, **values)


@contextmanager
def mail_that_hangs():
    with socket.create_server(("127.0.0.1", 0)) as silent, mail_at(silent.getsockname()[1]):
        yield


@contextmanager
def queued(status, ago):
    row = DBTaskResult.objects.create(
        task_path="articles.tasks.announce", args_kwargs={"args": [], "kwargs": {}}, status=status,
        backend_name="default", queue_name="default", run_after=get_date_max(),
    )  # fmt: skip
    DBTaskResult.objects.filter(pk=row.pk).update(enqueued_at=timezone.now() - ago)
    yield
    row.delete()


@contextmanager
def worker_seen(*ago):
    """Only a worker that was last heard of so long ago; without ``ago`` none ever was."""
    with transaction.atomic():
        WorkerBeat.objects.all().delete()
        for age in ago:
            WorkerBeat.objects.create(worker="w", host="desk1", process=1, seen_at=timezone.now() - age)
        yield
        transaction.set_rollback(True)


def certificate(days, host):
    """A certificate that signs itself, and its key, as one file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    built = built.not_valid_before(now - 100 * 24 * HOUR).not_valid_after(now + days * 24 * HOUR + HOUR)
    built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    built = built.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    return private + built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


class Answering(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


@contextmanager
def answering(status, location="", pem=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.status, server.location = status, location
    if pem:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def nginx(plain=(301, "https://news.example.org/"), secure=(200, ""), days=60, host="news.example.org"):
    header = ("HTTP_X_FORWARDED_PROTO", "https")
    with tempfile.NamedTemporaryFile() as pem, changed(SECURE_PROXY_SSL_HEADER=header), ExitStack() as stack:
        pem.write(certificate(days, host))
        pem.flush()
        stack.enter_context(mock.patch.dict(os.environ, SSL_CERT_FILE=pem.name))
        ports = {
            "PLAIN_PORT": stack.enter_context(answering(*plain)),
            "TLS_PORT": stack.enter_context(answering(*secure, pem=pem.name)),
        }
        stack.enter_context(mock.patch.multiple(proxy, **ports))
        yield


def no_nginx(**ports):
    header = ("HTTP_X_FORWARDED_PROTO", "https")
    stack = ExitStack()
    stack.enter_context(changed(SECURE_PROXY_SSL_HEADER=header))
    stack.enter_context(mock.patch.multiple(proxy, **{"PLAIN_PORT": 1, "TLS_PORT": 1} | ports))
    return stack


@contextmanager
def nginx_without_tls():
    with answering(301, "https://news.example.org/") as port, no_nginx(PLAIN_PORT=port):
        yield


def backups_in(folder):
    return mock.patch.object(archive, "place_of_backups", return_value=FileSystemStorage(folder))


@contextmanager
def backup_of(ago, name="20261201T020000Z-ab12", whole=True):
    with tempfile.TemporaryDirectory() as folder, backups_in(folder):
        place = Path(folder) / name
        place.mkdir()
        file = place / (archive.SUMS if whole else "rows.gz")
        file.touch()
        then = (timezone.now() - ago).timestamp()
        os.utime(file, (then, then))
        yield


def drill_of(ago, fault=""):
    last = outcome.BackupOutcome(uuid4(), timezone.now() - ago, "", fault)
    return mock.patch.object(outcome, "newest_outcomes", return_value={outcome.DRILL: last})


@contextmanager
def own_folder():
    """A folder that the tests' own PostgreSQL, which has another user if they run as root, does not write to."""
    with tempfile.TemporaryDirectory() as folder, changed(VAR_DIR=Path(folder)):
        yield


def sound_paper():
    stack = ExitStack()
    if connection.vendor == "sqlite":
        os.chmod(connection.settings_dict["NAME"], 0o640)
    whole = (own_folder(), environment_file(0o640), nginx(), backup_of(HOUR), drill_of(HOUR), disk(), server_says())
    for context in (*whole, worker_seen(HOUR * 0)):
        stack.enter_context(context)
    return stack


TO_ITSELF = (301, "https://news.example.org/admin/login/")
FAULTS = [  # whom it concerns, how it is made, what is said of it
    ("settings", lambda: changed(DEBUG=True), "no host is named"),
    ("settings", lambda: changed(SECRET_KEY="short"), "SECRET_KEY"),
    ("settings", lambda: changed(SECURE_SSL_REDIRECT=False), "SECURE_SSL_REDIRECT"),
    ("settings", lambda: changed(SESSION_COOKIE_SECURE=False), "SESSION_COOKIE_SECURE"),
    ("settings", lambda: changed(EMAIL_TLS="none"), "in the clear"),
    ("settings", lambda: changed(NGINX=True, SECURE_PROXY_SSL_HEADER=None), "leads to itself"),
    ("settings", lambda: environment_file(0o644), "can read"),
    ("folders", lambda: changed(VAR_DIR=Path("/dev/null/var")), "can't be written"),
    ("folders", lambda: mock.patch.object(machine.os, "geteuid", return_value=65533), "belongs to"),
    ("folders", open_folder, "everybody on this machine may change"),
    ("disk", lambda: disk(f_bavail=0), "only 0.0 GB"),
    ("disk", lambda: disk(f_bavail=10**6), "only 3.8 GB, 1%"),
    ("disk", lambda: disk(f_favail=10), "inodes"),
    ("clock", lambda: mock.patch.object(machine, "_synchronised", return_value="no"), "nobody sets"),
    ("clock", saved_in_an_hour, "somebody saved at"),
    ("database", database_away, "does not answer: refused"),
    ("database", lambda: server_says(server_version_num="130011"), "PostgreSQL 13 is too old"),
    ("database", lambda: server_says(jit="on"), "jit is on"),
    ("database", lambda: server_says(statement_timeout="0"), "statement_timeout is not set"),
    ("database", lambda: server_says(lock_timeout="0"), "lock_timeout is not set"),
    ("database", pooler_unsaid, "do not arrive"),
    ("database", lambda: server_says(idle_in_transaction_session_timeout="0"), "idle_in_transaction"),
    ("database", lambda: server_says(is_standby=True), "read-only"),
    ("database", lambda: server_says(default_transaction_read_only="on"), "read-only"),
    ("database", lambda: mock.patch.object(database.code, "planned_migrations", return_value=["articles.0099_x"]),
     "1 migrations are missing"),
    ("replicas", replica_away, "replica1 does not answer"),
    ("replicas", lambda: server_says(of_replica=(False, 0)), "replicates nothing"),
    ("replicas", lambda: server_says(of_replica=(True, 90)), "90 s late"),
    ("Redis", lambda: changed(REDIS_URL="redis://127.0.0.1:1/0"), "does not answer"),
    ("Redis", lambda: redis_says(maxmemory=0), "no limit"),
    ("Redis", lambda: redis_says(maxmemory=100, maxmemory_policy="noeviction"), "takes nothing more"),
    ("pictures", broken_storage, "No space left"),
    ("pictures", missing_picture, "is missing"),
    ("mail", lambda: changed(EMAIL_HOST=""), "no server is named"),
    ("mail", lambda: mail_at(1), "does not take mails"),
    ("mail", mail_that_hangs, "timed out"),
    ("worker", worker_seen, "no worker runs"),
    ("worker", lambda: worker_seen(datetime.timedelta(minutes=2)), "from desk1: no mail"),
    ("second factors", factor_of_former_key, "1 can't be read"),
    ("worker", lambda: queued("READY", HOUR), "1 tasks have waited"),
    ("worker", lambda: queued("FAILED", HOUR), "1 tasks failed"),
    ("nginx", no_nginx, "does not answer"),
    ("nginx", nginx_without_tls, "answers http, but not https"),
    ("nginx", lambda: nginx(plain=(200, "")), "does not lead to https"),
    ("nginx", lambda: nginx(secure=TO_ITSELF), "came by https"),
    ("nginx", lambda: nginx(secure=(400, "")), "forward the host"),
    ("nginx", lambda: nginx(secure=(502, "")), "answers 502"),
    ("certificate", lambda: nginx(days=-1), "expired"),
    ("certificate", lambda: nginx(host="other.example.org"), "ostname mismatch"),
    ("certificate", lambda: nginx(days=9), "ends in 9 days"),
    ("certificate", no_nginx, "could not be looked at"),
    ("backups", lambda: backups_in("/nowhere"), "there is none"),
    ("backups", lambda: backup_of(HOUR, whole=False), "there is none"),
    ("backups", lambda: backup_of(50 * HOUR), "50 hours old"),
    ("drills", lambda: mock.patch.object(outcome, "newest_outcomes", return_value={}), "nobody knows"),
    ("drills", lambda: drill_of(HOUR, "a row is missing"), "failed: a row is missing"),
    ("drills", lambda: drill_of(31 * HOUR), "was made"),
]  # fmt: skip
if connection.vendor == "sqlite":
    FAULTS.append(("folders", readable_database, "can read the database"))


@override_settings(**SOUND)
class DoctorTests(TestCase):
    def findings(self, subject):
        return list(doctor.examine(doctor.EXAMINATIONS[subject]))

    def test_each_fault_is_found_and_its_remedy_said(self):
        for subject, fault, words in FAULTS:
            with self.subTest(subject=subject, words=words):
                with sound_paper():
                    assert [finding.fault for finding in self.findings(subject) if words in finding.fault] == []
                    with fault():
                        findings = [finding for finding in self.findings(subject) if words in finding.fault]
                assert len(findings) >= 1
                assert all(len(finding.remedy) > 5 and not finding.note for finding in findings)

    def test_every_examination_has_a_fault_in_the_table(self):
        assert {subject for subject, _fault, _words in FAULTS} == set(doctor.EXAMINATIONS)

    def test_table_for_operators_names_faults_that_are_found_and_tests_that_exist(self):
        lines = reference("What happens when …", "docs/operators.md").splitlines()
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")][1:]
        subjects = set()
        for fault, *_seen, of_doctor, tests in rows:
            with self.subTest(fault):
                subject, _colon, said = of_doctor.partition(": ")
                subjects.add(subject)
                assert not said or any(subject == of and said in words for of, _make, words in FAULTS)
                assert TEST.sub("", tests).strip() == ""
                for path, name in TEST.findall(tests):
                    module = settings.BASE_DIR / path if "/" in path else Path(__file__).parent / path
                    assert f"    def {name}(" in module.read_text()
        assert subjects - {""} == set(doctor.EXAMINATIONS) - {"settings"}

    def test_a_sound_server_has_none_and_each_thing_says_so(self):
        with sound_paper(), mail_is_taken(), mock.patch.object(machine, "_synchronised", return_value="yes"):
            findings = {subject: self.findings(subject) for subject in doctor.EXAMINATIONS}
        faults = {subject: [one.fault for one in found if one.fault] for subject, found in findings.items()}
        assert {subject: said for subject, said in faults.items() if said} == {}
        assert all(found and all(one.note for one in found) for found in findings.values())

    def test_a_file_that_is_removed_while_folders_are_looked_at_is_no_fault(self):
        gone = Path("/nowhere/at-all")
        with sound_paper(), mock.patch.object(machine, "islice", lambda files, _most: [*files, gone]):
            assert [finding.fault for finding in self.findings("folders")] == [""]

    def test_the_command_ends_with_an_error_where_there_is_a_fault(self):
        out = StringIO()
        one_fault = {"worker": doctor.EXAMINATIONS["worker"], "backups": doctor.EXAMINATIONS["backups"]}
        target = "newsroom.management.commands.doctor.EXAMINATIONS"
        WorkerBeat.objects.create(worker="w", host="desk1", process=1)
        with mock.patch(target, one_fault), backup_of(50 * HOUR), pytest.raises(CommandError, match="1 faults"):
            call_command("doctor", stdout=out)
        assert "ok     worker: it is alive, no task waits" in out.getvalue()
        assert "FAULT  backups: the newest is 50 hours old.\n       → " in out.getvalue()
        with mock.patch(target, one_fault), backup_of(HOUR):
            call_command("doctor", stdout=out)
        assert out.getvalue().endswith("All is well.\n")

    def test_the_database_of_this_test_is_looked_at_for_real(self):
        words = [finding.fault or finding.note for finding in self.findings("database")]
        if connection.vendor == "sqlite":
            assert len(words) == 1
            assert words[0].startswith("SQLite 3.")
            return
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL jit = on")
            assert "jit is on, which costs more than it gains here." in [one.fault for one in self.findings("database")]


def mail_is_taken():
    return mock.patch("django.core.mail.backends.locmem.EmailBackend.open", create=True)
