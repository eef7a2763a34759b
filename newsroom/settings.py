"""The one settings module: right for a laptop as it is, for production by NEWSROOM_* variables.

Naming hosts makes it production: debug goes off, https is required and unsafe values stop the
start. Every variable is listed with its default in .env.example.
"""

from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django_prose_editor.config import html_tags
from js_asset import static_lazy

from newsroom import env
from newsroom.postgresql.patience import WaitLimits

BASE_DIR = Path(__file__).resolve().parent.parent
ROLES = ["reporter", "section-editor", "chief-editor", "picture-editor", "rates-desk", "administrator"]  # in variables
VAR_DIR = env.writable_folder("VAR_DIR", BASE_DIR / "var")  # everything the running paper writes

# Where it runs
ALLOWED_HOSTS = env.hosts("HOSTS")  # none: this machine only, with debug
DEBUG = env.flag("DEBUG", default=not ALLOWED_HOSTS)
DEBUG_IS_ASKED_FOR = env.flag("DEBUG", default=False)  # else only manage.py serves with it: serving/headers.py
SECRET_KEY = env.text("SECRET_KEY") or ("not-secret" if DEBUG else "")
if not DEBUG and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("Debug is off, so NEWSROOM_HOSTS must name the paper's host, like news.example.org.")
if not DEBUG and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured(
        "Debug is off, so NEWSROOM_SECRET_KEY must be set, to at least 50 random characters. Make one with: "
        'python -c "import secrets; print(secrets.token_urlsafe(50))"'
    )
if DEBUG and set(ALLOWED_HOSTS) - {"localhost", "127.0.0.1", "[::1]", "testserver"}:
    raise ImproperlyConfigured("NEWSROOM_DEBUG must be off when NEWSROOM_HOSTS names a host that others reach.")
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")  # former keys: what they signed and encrypted is still read
SITE_HOST = ALLOWED_HOSTS[0] if ALLOWED_HOSTS else "localhost"
SITE_ROOT = "http://127.0.0.1:8000" if DEBUG else f"https://{SITE_HOST}"  # what addresses in mails begin with
CONTACT = env.text("CONTACT")  # told to the banks whose rates are fetched
ROOT_URLCONF = "newsroom.urls"

# https, cookies, headers
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # answered further on, where no host is asked for
SECURE_HSTS_SECONDS = 0 if DEBUG else 365 * 24 * 3600
_hsts = env.choice("HSTS", "host", ["host", "subdomains", "preload"])  # browsers remember it for a year
SECURE_HSTS_INCLUDE_SUBDOMAINS, SECURE_HSTS_PRELOAD = _hsts != "host", _hsts == "preload"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
BEHIND_PROXY = env.flag("BEHIND_PROXY", default=False)
if BEHIND_PROXY:  # a proxy that sets this header itself, always
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
PROXIES = env.networks("PROXIES", default=["127.0.0.0/8", "::1"] if BEHIND_PROXY else [])  # believed of addresses
X_FRAME_OPTIONS = "DENY"
COOKIE_PREFIX = "" if DEBUG else "__Host-"  # which no other host can set, and nothing without https
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid", f"{COOKIE_PREFIX}csrftoken"
CSRF_COOKIE_HTTPONLY = True  # scripts send the token of the page's form
MESSAGE_STORAGE = "newsroom.desk.message_storage.PrefixedCookie"
CSRF_FAILURE_VIEW = "newsroom.desk.unsaved_forms.csrf_failure"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "articles.desk.people.session_store"
SESSION_COOKIE_AGE = env.number("SESSION_DAYS", 14, least=1, most=365) * 24 * 3600  # since the log in
SESSION_IDLE = env.number("SESSION_IDLE_HOURS", 24, least=1, most=365 * 24) * 3600  # since its last use
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "frame-src": [NONE],  # a page with embeds names their sites: articles.public.rendering.allow_frames()
        "media-src": [SELF, "https:"],  # a recording that a reader plays
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
        "report-uri": ["/policy-reports/"],  # as older browsers ask for it; newer ones take it from Reporting-Endpoints
        "report-to": ["policy"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

INSTALLED_APPS = [
    "newsroom",
    "articles",
    "tickers",
    "newsroom.apps.NewsroomAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "taggit",
    "django_prose_editor",
    "csp",
    "django_tasks",
    "django_tasks_db",
]
MIDDLEWARE = [
    "newsroom.serving.headers.policy_on_every_answer",
    "newsroom.serving.pagecache.middleware.PageCacheMiddleware",
    "newsroom.serving.replicas.for_readers",
    "newsroom.serving.headers.private_desk_public_paper",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "newsroom.serving.headers.refuse_control_characters",
    "newsroom.serving.request_size.refuse_large",
    "newsroom.serving.health.answer_probes",
    "newsroom.serving.compression.CompressionMiddleware",
    "newsroom.serving.static_files.StaticFilesMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "articles.desk.people.second_factor.require_factor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "articles.desk.people.sessions.middleware",
    "newsroom.serving.changes.tell_the_desk",
    "newsroom.serving.time_travel.MomentMiddleware",
]
if DEBUG:
    MIDDLEWARE.append("newsroom.serving.errors.readers_not_found")
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "newsroom.serving.frame.frame_context",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

# Data
POOL = env.number("DATABASE_POOL", 16, least=1, most=200)  # connections to PostgreSQL that one process keeps
DATABASES = {"default": env.database("DATABASE_URL", default=VAR_DIR / "newsroom.sqlite3", pool=POOL)}
DATABASES |= env.replicas("REPLICA_URLS", pool=POOL)
DATABASE_LIMITS = {  # of PostgreSQL, by the kind of work; an answer of the paper is there within three seconds
    "reader": WaitLimits(statement=1.5, lock=1, idle_in_transaction=10, answer=1.7, connection=1.7),
    "replica": WaitLimits(statement=0.8, lock=0.8, idle_in_transaction=10, answer=0.9, connection=0.9),
    "desk": WaitLimits(statement=2, lock=1.8, idle_in_transaction=30, answer=2.2, connection=2),
    "task": WaitLimits(statement=60, lock=10, idle_in_transaction=120, answer=65, connection=8),
    "command": WaitLimits(statement=0, lock=5, idle_in_transaction=0, answer=0, connection=8),  # migrations, backups
}
REPLICAS = [name for name in DATABASES if name != "default"]  # they answer readers: newsroom/serving/replicas.py
DATABASE_ROUTERS = ["newsroom.serving.replicas.ReadersMayAskReplicas"] if REPLICAS else []
SILENCED_SYSTEM_CHECKS = [
    "models.W040",  # SQLite has no covering indexes and needs none of ours
    *("security.W005", "security.W021"),  # a paper's other subdomains may have no https: NEWSROOM_HSTS
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# What is kept of readers' pages: newsroom/serving/pagecache/
REDIS_URL = env.redis("REDIS_URL")  # several machines share them through it; the processes of one by files
GENERATION_DIR = VAR_DIR / "generation"
PAGE_CACHE_BYTES = env.number("PAGE_CACHE_MB", 64, least=1, most=65536) * 1024 * 1024  # of one process
CACHED_FRAGMENTS = 3000  # cards and the like of one process, some kilobytes each
_before_us = env.some("CDN", ["nginx", "fastly", "cloudflare", "purge"])
NGINX = "nginx" in _before_us  # of this machine: it keeps pages and follows the generation by itself
CDN = [name for name in _before_us if name != "nginx"]  # caches that are told of changes
FASTLY_SERVICE = env.text_for("FASTLY_SERVICE", needed="fastly" in CDN)
FASTLY_TOKEN = env.text_for("FASTLY_TOKEN", needed="fastly" in CDN)
CLOUDFLARE_ZONE = env.text_for("CLOUDFLARE_ZONE", needed="cloudflare" in CDN)
CLOUDFLARE_TOKEN = env.text_for("CLOUDFLARE_TOKEN", needed="cloudflare" in CDN)
PURGE_KEY = env.text_for("PURGE_KEY", needed="purge" in CDN)  # also what others must say to purge this server
PURGE_URLS = env.addresses("PURGE_URLS", needed="purge" in CDN)

REFRESH_RATES = env.flag("REFRESH_RATES", default=True)  # by the worker, on each source's calendar
ASK_OUTSIDE_LINKS = env.flag("CHECK_LINKS", default=True)  # whether links of articles answer: articles/outside.py

# Who may log in
AUTHENTICATION_BACKENDS = ["newsroom.demo_users.DemoUsersInDebugOnly"]
PASSWORD_HASHERS = [
    "articles.desk.people.hashing.FewAtOnce",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "articles.desk.people.passwords.CommonInDisguise"},
    {"NAME": "articles.desk.people.passwords.NoWordOfThePaper"},
    {"NAME": "articles.desk.people.passwords.NotInBreach"},
]
CHECK_PASSWORDS = env.flag("CHECK_PASSWORDS", default=not DEBUG)  # whether Have I Been Pwned is asked of new ones
LOGIN_URL = "admin:login"
ACCOUNT_ADAPTER = "newsroom.desk.account_adapter.DeskAccounts"
ACCOUNT_EMAIL_VERIFICATION = "none"  # administrators add people, with the mail address they know
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_RATE_LIMITS = False  # articles/desk/people/attempts.py counts for all processes and machines
_roles_with_factor = env.some("SECOND_FACTOR", ["nobody", "publishers", "everybody", *ROLES])
SECOND_FACTOR = set(_roles_with_factor or ["nobody" if DEBUG else "publishers"]) - {"nobody"}
MFA_ADAPTER = "articles.desk.people.factor_secrets.SecretsAtRest"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # half a minute that a phone's clock may be wrong
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_RECOVERY_CODE_DIGITS = 8
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody adds a login to keep its owner out
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
OIDC_ISSUER = env.issuer("OIDC_ISSUER")  # where people may log in instead of with a password
OIDC = {
    "provider_id": "desk",
    "name": env.text("OIDC_NAME") or OIDC_ISSUER.partition("://")[2].partition("/")[0],
    "client_id": env.text_for("OIDC_CLIENT", needed=bool(OIDC_ISSUER), by="OIDC_ISSUER"),
    "secret": env.text_for("OIDC_SECRET", needed=bool(OIDC_ISSUER), by="OIDC_ISSUER"),
    "settings": {"server_url": OIDC_ISSUER, "oauth_pkce_enabled": True},
}
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [OIDC] if OIDC_ISSUER else []}}
SOCIALACCOUNT_ADAPTER = "newsroom.desk.account_adapter.DeskProviders"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True  # by a verified address

# Language and time; the paper's own time zone is a setting in the admin
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
TIME_ZONE = "UTC"
USE_TZ = True
FORMAT_MODULE_PATH = ["newsroom.formats"]

# Files: styles and scripts; pictures' public sizes; uploads, which are never served
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_URL = "/media/"
MEDIA_ROOT = env.folder("MEDIA_DIR", VAR_DIR / "media")
S3 = env.bucket("S3_URL")  # pictures and uploads in a bucket, for several machines
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "newsroom.serving.s3.Pictures", "OPTIONS": S3 | {"location": "media"}}
    if S3
    else {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "uploads": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": S3 | {"location": "uploads"}}
    if S3
    else {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": env.folder("UPLOADS_DIR", VAR_DIR / "uploads"), "base_url": None},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "newsroom.serving.static_files.StaticFiles"
    },
    "backups": env.backups("BACKUP_URL", VAR_DIR / "backups"),
}
BACKUP_KEY = env.age_key("BACKUP_KEY")  # what backups are encrypted with
BACKUP_KEEP = env.counts("BACKUP_KEEP", (7, 4, 12))  # days, weeks and months of which a backup is kept
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

# Mail: to the console until a server is named
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
EMAIL_TLS = env.choice("EMAIL_TLS", "none", ["none", "starttls", "ssl"])
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL_TLS == "starttls", EMAIL_TLS == "ssl"
EMAIL_PORT = env.number("EMAIL_PORT", {"none": 25, "starttls": 587, "ssl": 465}[EMAIL_TLS], least=1, most=65535)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env.text("EMAIL_USER"), env.text("EMAIL_PASSWORD")
EMAIL_TIMEOUT = 10  # seconds that the worker waits for a server that hangs
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.mail_address("EMAIL_FROM", f"newsroom@{SITE_HOST.strip('[]')}")
if EMAIL_HOST_PASSWORD and EMAIL_TLS == "none" and EMAIL_HOST not in {"localhost", "127.0.0.1", "[::1]"}:
    raise ImproperlyConfigured(
        "NEWSROOM_EMAIL_PASSWORD would be sent in the clear: set NEWSROOM_EMAIL_TLS to starttls or ssl."
    )

# What those who run it are told: newsroom/watch/
WATCH_URLS = env.addresses("WATCH_URLS", needed=False) or ([] if DEBUG else [SITE_ROOT])
METRICS_TOKEN = env.text("METRICS_TOKEN")
SENTRY_DSN = env.text("SENTRY_DSN")
LOG_FORMAT = env.choice("LOG_FORMAT", "text", ["text", "json"])
if LOG_FORMAT == "json":
    MIDDLEWARE.insert(0, "newsroom.serving.request_log.log_requests")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
        "json": {"()": "newsroom.serving.request_log.JsonLines"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": "INFO"},
}

TAGGIT_CASE_INSENSITIVE = True
TAGGIT_STRIP_UNICODE_WHEN_SLUGIFYING = False

# The body editor: its own extensions, options in articles/body/markup.py. Tags are named for the package's checks;
# what a body may hold is decided by markup.clean().
DJANGO_PROSE_EDITOR_EXTENSIONS = [
    {
        "js": [static_lazy("js/editor-extensions.js")],
        "extensions": {
            "LibraryImage": html_tags(["figure", "figcaption"], {"figure": ["data-image", "data-apart"]}),
            "Embed": html_tags(["figure", "figcaption"], {"figure": ["data-embed", "data-poster"]}),
            "PullQuote": html_tags(["aside", "p"], {"aside": ["data-pull-quote"], "p": ["data-speaker"]}),
            "FactBox": html_tags(["aside", "h3"], {"aside": ["data-fact-box"]}),
            "ReadAlso": html_tags(["figure"], {"figure": ["data-read-also"]}),
            "Rate": html_tags(["data"], {"data": ["data-rate", "data-form"]}),
            "RateChart": html_tags(["figure", "figcaption"], {"figure": ["data-chart"]}),
            "Footnote": html_tags(["span"], {"span": ["data-footnote"]}),
            "CleanPaste": html_tags([]),
            "Typing": html_tags([]),
            "Desk": html_tags([]),
            "WordCount": html_tags([]),
            "TrailingNode": html_tags([]),
        },
    }
]
DJANGO_PROSE_EDITOR_MENU_GROUPS = [
    {"group": name}
    for name in ("headings", "marks", "link", "lists", "nodes -blockType -lists", "furniture", "table", "history")
]
