"""Settings of the portal, driven by the environment.

Every variable has a default that works for `make run`. In production (`DEMO` off) a missing
`SECRET_KEY` or `DATABASE_URL` stops the start with one line. The variables are listed in README.md.
"""

import secrets
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent


def stop(reason: str) -> NoReturn:
    """End the start with one line that says what to set."""
    raise SystemExit(f"Portail ECPAR : {reason}")


def kept_secret_key(path: Path) -> str:
    """Return the key kept in `path`, made at the first start of a demonstration."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


# Where we are ---------------------------------------------------------------------------------------

DEMO = env.bool("DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)
PORT = env.int("PORT", default=8000)
BIND = env.str("BIND", default="127.0.0.1")
PORTAL_URL = env.str("PORTAL_URL", default=f"http://localhost:{PORT}").rstrip("/")
SECURE = PORTAL_URL.startswith("https://")
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()
VAR_DIR.mkdir(parents=True, exist_ok=True)

SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if not DEMO:
        stop("SECRET_KEY manque. Donnez une clé secrète de 50 caractères ou plus, ou DEMO=1 pour un essai.")
    SECRET_KEY = kept_secret_key(VAR_DIR / "secret-key")
if not DEMO and len(SECRET_KEY) < 50:
    stop("SECRET_KEY est trop courte. Donnez une clé secrète de 50 caractères ou plus.")
if not DEMO and DEBUG:
    stop("DEBUG ne s’emploie qu’avec DEMO=1.")
if not DEMO and not env.str("DATABASE_URL", default=""):
    stop("DATABASE_URL manque. Par exemple : postgres://portail:…@localhost/portail.")

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
if urlsplit(PORTAL_URL).hostname not in [*ALLOWED_HOSTS, "::1"]:
    ALLOWED_HOSTS.append(urlsplit(PORTAL_URL).hostname)
CSRF_TRUSTED_ORIGINS = [PORTAL_URL]

# The frame ------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "ecpar_portal",
    "chantier",
    "meetings",
    "mailing",
    "reports",
    "ecpar_portal.admin_config.PortalAdminConfig",
    "csp",
    "django_filters",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "ecpar_portal.middleware.response_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ecpar_portal.middleware.PageCompression",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "ecpar_portal.sessions.session_limits",
    "ecpar_portal.middleware.LoginMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "ecpar_portal.second_factor.SecondFactorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "ecpar_portal.urls"
WSGI_APPLICATION = "ecpar_portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "ecpar_portal.templatetags.french",
                "ecpar_portal.templatetags.components",
                "django.templatetags.l10n",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "chantier.context.header",
            ],
        },
    },
]

# Data -----------------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Writers wait for each other: « database is locked » in 0 of 900 writes so, 790 by default.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;",
    }
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A server that is gone is an error, not a page that never comes.
    gone_after = {"connect_timeout": 3, "tcp_user_timeout": 10_000}
    DATABASES["default"]["OPTIONS"] = gone_after | DATABASES["default"].get("OPTIONS", {})
DATABASES["default"]["CONN_MAX_AGE"] = 60

CACHES = {
    "default": env.cache_url("CACHE_URL", default="dbcache://portal_cache"),
    # What each process looked at, or counts for itself.
    "process": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}
if CACHES["default"]["BACKEND"].endswith("RedisCache"):
    gone_after = {"socket_connect_timeout": 1, "socket_timeout": 1}
    CACHES["default"]["BACKEND"] = "ecpar_portal.cache.SteadyRedisCache"
    CACHES["default"]["OPTIONS"] = gone_after | CACHES["default"].get("OPTIONS", {})

STORAGE_URL = env.str("STORAGE_URL", default=f"file://{VAR_DIR / 'files'}")
if urlsplit(STORAGE_URL).scheme != "file":
    stop("STORAGE_URL ne connaît encore que file:///dossier.")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "private": {
        "BACKEND": "ecpar_portal.storage.WholeFileStorage",
        "OPTIONS": {"location": urlsplit(STORAGE_URL).path},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Before Django's own: a file that is named with a folder is refused, and not renamed without a word.
FILE_UPLOAD_HANDLERS = [
    "ecpar_portal.uploads.WholeNames",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# A meeting of 200 organisations, with 60 objectives tied to a dozen of its cycle's, is one form.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3_000
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]

# Work: rows in the database, Celery rings the bell -------------------------------------------------

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=f"sqla+sqlite:///{VAR_DIR / 'broker.sqlite3'}")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
if CELERY_BROKER_URL.startswith("redis"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 600,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 5,
    }
CELERY_TASK_PUBLISH_RETRY = False  # the row waits in the database and the sweep rings again
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 100
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TIMEZONE = "America/Toronto"
WORK_LEASE_SECONDS = env.int("WORK_LEASE_SECONDS", default=120)
WORK_SWEEP_SECONDS = env.int("WORK_SWEEP_SECONDS", default=30)
CELERY_BEAT_SCHEDULE = {
    # A worker that was busy or away sweeps once, not each time that it missed.
    "sweep": {
        "task": "ecpar_portal.tasks.sweep",
        "schedule": WORK_SWEEP_SECONDS,
        "options": {"expires": WORK_SWEEP_SECONDS},
    },
    "reminders": {"task": "meetings.tasks.plan_reminders", "schedule": crontab(hour=4, minute=0)},
    # At an hour when people read: its message leaves at once.
    "reviews": {"task": "meetings.tasks.close_reviews", "schedule": crontab(hour=8, minute=0)},
    # Each day at nine: whoever was away on Monday, or on the first of the month, is told the day after.
    "digests": {"task": "mailing.tasks.plan_digests", "schedule": crontab(hour=9, minute=0)},
    "purge": {"task": "ecpar_portal.tasks.purge", "schedule": crontab(hour=3, minute=30)},
    "retention": {"task": "chantier.tasks.retain", "schedule": crontab(hour=3, minute=40)},
}
PAPER = env.str("PAPER", default="Letter")
if PAPER not in ("Letter", "A4"):
    stop("PAPER est Letter ou A4.")
REPORT_SECONDS = env.int("REPORT_SECONDS", default=90)  # below WORK_LEASE_SECONDS
REPORT_KEPT_DAYS = env.int("REPORT_KEPT_DAYS", default=90)
MAIL_KEPT_DAYS = env.int("MAIL_KEPT_DAYS", default=365)
MAIL_PER_MINUTE = env.int("MAIL_PER_MINUTE", default=0)  # 0: as fast as the mail server takes them

# Who answers for personal data (Loi 25): their title and how to reach them are public.
PRIVACY_OFFICER_NAME = env.str("PRIVACY_OFFICER_NAME", default="Prénom Nom (démonstration)" if DEMO else "")
PRIVACY_OFFICER_TITLE = env.str(
    "PRIVACY_OFFICER_TITLE", default="Responsable de la protection des renseignements personnels"
)
PRIVACY_OFFICER_EMAIL = env.str("PRIVACY_OFFICER_EMAIL", default="vie-privee@portail.example" if DEMO else "")

# People ---------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "chantier.User"
AUTHENTICATION_BACKENDS = ["chantier.backends.PortalBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "chantier.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = (
    False  # else strangers receive « no account » and learn that the portal exists
)
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_FORMS = {
    "request_login_code": "chantier.forms.sign_in.AskForCodeForm",
    "reset_password": "chantier.forms.sign_in.AskForResetForm",
}
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60  # a message may take a few minutes
MFA_ADAPTER = "chantier.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Portail ECPAR"
MFA_TOTP_TOLERANCE = 1  # telephones are not all on time
MFA_FORMS = {
    "add_webauthn": "chantier.forms.second_factor.AddKeyForm",
    "edit_webauthn": "chantier.forms.second_factor.EditKeyForm",
    "login_webauthn": "chantier.forms.second_factor.LoginKeyForm",
    "authenticate_webauthn": "chantier.forms.second_factor.SecondKeyForm",
    "reauthenticate_webauthn": "chantier.forms.second_factor.ProofKeyForm",
    "activate_totp": "chantier.forms.second_factor.ActivateForm",
}
# Browsers offer passkeys on https, and on http for this host only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE and urlsplit(PORTAL_URL).hostname == "localhost"
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)

EMAIL_CONFIG = env.email_url("EMAIL_URL", default=f"filemail:///{VAR_DIR / 'mail'}")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Portail ECPAR <portail@portail.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Trust ----------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=2 * 3600)
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
# What is said once on the next page needs no cookie of its own.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# At most so many requests in so many seconds, from a person or, when nobody is signed in, from an address.
# No honest person meets them; the page that waits for a file asks every two seconds. Windows: 300 s at most.
LIMIT_FACTOR = env.int("LIMIT_FACTOR", default=1)  # wider for who measures
# A database would write at each request what it counts: there each process counts for itself.
LIMIT_CACHE = "process" if CACHES["default"]["BACKEND"].endswith("DatabaseCache") else "default"
LIMITS = {
    "files": (120, 60),
    "progress": (600, 60),
    "retry": (20, 60),
    "search": (120, 60),
    "events": (60, 60),
    "drafts": (120, 60),  # a desk that saves by itself
    "comments": (60, 3600),
    "commitments": (120, 3600),
    "invitations": (60, 3600),
    "acceptance": (20, 60),
    "exports": (5, 3600),
    "answers": (60, 60),
    "posts": (30, 60),
    "convocations": (20, 60),
    "stand_ins": (10, 3600),
    "health": (300, 60),
    "needs": (60, 60),
    "screen": (300, 60),  # each screen asks thirty times a minute
    "attendance": (300, 60),  # a tap for each person of a full room
    "links": (300, 60),  # of mail and calendar programs: a company's all come from one address
}

# Language and time ----------------------------------------------------------------------------------

LANGUAGE_CODE = "fr-ca"
LANGUAGES = [("fr-ca", "français")]
USE_I18N = True
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["ecpar_portal.formats"]
USE_THOUSAND_SEPARATOR = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="America/Toronto")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "ecpar_portal.logs.PlainFormatter" if DEMO else "ecpar_portal.logs.JsonFormatter",
            "fmt": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "ecpar_portal": {"level": "INFO"},
        "reports": {"level": "INFO"},
        "mailing": {"level": "INFO"},
        "celery": {"level": "INFO"},
        "chantier": {"level": "INFO"},
    },
}
