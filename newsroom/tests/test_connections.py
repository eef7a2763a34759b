"""What goes to other machines in the clear is found, with what to do; what stays on this machine is not."""

from types import SimpleNamespace
from unittest import mock

from django.core import checks
from django.test import SimpleTestCase

from newsroom import env
from newsroom.serving import connections


class ConnectionTests(SimpleTestCase):
    def found(self, **settings):
        """What is found of a paper with these settings."""
        usual = {"REDIS_URL": "", "EMAIL_HOST": "", "EMAIL_TLS": "none", "PURGE_URLS": [], "SENTRY_DSN": ""}
        usual |= {"DATABASES": {}, "STORAGES": {}}
        with mock.patch.object(connections, "settings", SimpleNamespace(**usual | settings)):
            return connections.in_the_clear()

    def at(self, *addresses):
        names = ["default", *(f"replica{number}" for number in range(1, 9))]
        pairs = zip(names, addresses, strict=False)
        return {"DATABASES": {name: env.database_at("DATABASE_URL", address) for name, address in pairs}}

    def test_what_stays_on_this_machine_or_is_encrypted_is_well(self):
        pg, verified = "postgresql://paper@", "?sslmode=verify-full&sslrootcert=system"
        for settings in (
            {},
            self.at("sqlite:////a/b", f"{pg}127.0.0.1/n", f"{pg}localhost/n", f"{pg}[::1]:5433/n"),
            self.at(f"{pg}/n?host=/var/run/postgresql", f"{pg}db.example.org/n{verified}"),
            *({"REDIS_URL": f"{url}/0"} for url in ("redis://127.0.0.1:6379", "unix:///run", "rediss://redis:6379")),
            {"REDIS_URL": "redis+sentinel://a:26379,b:26379/paper/0?tls=1"},
            {"REDIS_URL": "redis+cluster://127.0.0.1:1,localhost:2"},
            {"EMAIL_HOST": "localhost"},
            {"EMAIL_HOST": "mail.example.org", "EMAIL_TLS": "starttls"},
            {"PURGE_URLS": ["http://127.0.0.1:6081/", "https://varnish/"], "SENTRY_DSN": "https://x@sentry/1"},
            {"STORAGES": {"default": {"OPTIONS": {"endpoint_url": "https://s3.example.org"}}, "uploads": {}}},
        ):
            with self.subTest(settings):
                assert self.found(**settings) == []

    def test_each_other_is_told_with_the_variable_that_mends_it(self):
        pg = "postgresql://paper:secret@db.example.org/n"
        cases = [
            ("NEWSROOM_DATABASE_URL", self.at(pg)),
            *(("NEWSROOM_DATABASE_URL", self.at(f"{pg}?sslmode={mode}")) for mode in ("require", "verify-ca")),
            ("NEWSROOM_REPLICA_URLS", self.at("sqlite:////a", f"{pg}?sslmode=prefer")),
            ("NEWSROOM_REDIS_URL", {"REDIS_URL": "redis://:secret@10.0.0.2:6379/0"}),
            ("NEWSROOM_REDIS_URL", {"REDIS_URL": "redis+sentinel://:secret@127.0.0.1:1,b:2/paper/0"}),
            ("NEWSROOM_REDIS_URL", {"REDIS_URL": "redis+cluster://a:1,b:2"}),
            ("NEWSROOM_EMAIL_TLS", {"EMAIL_HOST": "mail.example.org"}),
            ("NEWSROOM_EMAIL_TLS", {"EMAIL_HOST": "localhost.example.org"}),
            ("NEWSROOM_PURGE_URLS", {"PURGE_URLS": ["https://a/", "http://10.0.0.2:6081/"]}),
            ("NEWSROOM_SENTRY_DSN", {"SENTRY_DSN": "http://secret@sentry.example.org/1"}),
            ("NEWSROOM_S3_URL", {"STORAGES": {"default": {"OPTIONS": {"endpoint_url": "http://s3.example.org"}}}}),
        ]
        for variable, settings in cases:
            with self.subTest(settings):
                ((finding, remedy),) = self.found(**settings)
                assert variable in finding + remedy
                assert "secret" not in finding + remedy

    def test_check_for_production_warns_of_it(self):
        with self.settings(EMAIL_HOST="mail.example.org", EMAIL_TLS="none"):
            ids = [message.id for message in checks.run_checks(include_deployment_checks=True)]
        assert connections.IN_THE_CLEAR in ids
