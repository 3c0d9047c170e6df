"""Django's settings of one node: `COMITY_NODE` names its folder; the rest has a default or stands in node.json."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from comity.site.node import Node
from comity.site.sign_in_provider import sign_in_provider
from comity.store.spool import spool_of

BASE = Path(__file__).resolve().parent.parent
COMITY = Node(
    Path(os.environ.get("COMITY_NODE", "var/node")).resolve(),
    Path(os.environ["COMITY_PASSPHRASE_FILE"]) if "COMITY_PASSPHRASE_FILE" in os.environ else None,
)

DEBUG = False
ROOT_URLCONF = "comity.site.urls"
"""The pages' and the API's; what differs on the exchange port: `exchange_listener.answer_partners_only`."""
_FILE = COMITY.file if (COMITY.folder / "node.json").is_file() else None
BEHIND_TLS_PROXY = os.environ.get("COMITY_TLS_PROXY") == "1"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *(_FILE.hosts if _FILE else [])]
CSRF_TRUSTED_ORIGINS = [_FILE.public_origin] if _FILE and _FILE.public_origin else []
if BEHIND_TLS_PROXY:
    # Only where the operator says that a proxy sets it: whoever else sends it would call plain HTTP secure.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
APPEND_SLASH = False
USE_TZ = True
TIME_ZONE = "UTC"

INSTALLED_APPS = [
    "comity.safeguards",
    "comity.store",
    "comity.authorities",
    "comity.exchange",
    "comity.evidence",
    "comity.gazette",
    "comity.requests",
    "comity.web",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "comity.api.middleware.NoCookiesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "comity.api.middleware.PageSessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
MIDDLEWARE += ["comity.site.bodies.BoundedBodyMiddleware", "comity.web.middleware.HouseMiddleware"]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]


def database(address: str, folder: Path) -> dict[str, Any]:
    """Django's database setting: the embedded SQLite file, or `postgres://user:password@host:port/name`."""
    if not address:
        return {
            "ENGINE": "comity.site.turns",
            "NAME": str(folder / "node.sqlite3"),
            # Opening the file costs as much as a message, and closing it last writes the whole log back.
            "CONN_MAX_AGE": 600,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    parts = urlsplit(address)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def _database_address() -> str:
    if "COMITY_DATABASE" in os.environ:
        return os.environ["COMITY_DATABASE"]
    return _FILE.database if _FILE else ""


EXCHANGE_QUEUED = COMITY.bell().ring
"""Called once a message that is to go out is committed."""
DATABASES = {"default": database(_database_address(), COMITY.folder)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "authorities.Officer"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "comity.web.signin.adapters.Entrance"
SOCIALACCOUNT_ADAPTER = "comity.web.signin.provider.KnownOfficers"
SOCIALACCOUNT_PROVIDERS = sign_in_provider(_FILE, COMITY.folder) if _FILE else {}
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
"""Tries are counted by `authorities.limits`, in the database, by officer and address."""
API_CALLS_PER_MINUTE = 1_200
MFA_SUPPORTED_TYPES = ["totp", "webauthn"]
MFA_ADAPTER = "comity.web.signin.adapters.SecondFactor"
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TOTP_ISSUER = "Comity"
MFA_TOTP_TOLERANCE = 1
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "node_cache",
        # Marks of used codes live here: a flood must not push them out.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_TLS_PROXY else 0
STEP_UP_SECONDS = 300
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español"), ("ar", "العربية")]
LOCALE_PATHS = [BASE / "web" / "locale"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE / "web" / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

DATA_UPLOAD_MAX_MEMORY_SIZE = 4 << 20
FILE_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
FILE_UPLOAD_TEMP_DIR = str(spool_of(COMITY.folder)) if _FILE else None


def _secret() -> str:
    """The key of sessions and forms: made at `comity node init`, beside the keyring."""
    path = COMITY.folder / "session.key"
    return path.read_text().strip() if path.is_file() else "a node without a folder signs nobody in"


SECRET_KEY = _secret()
_ID = _FILE.node_id if _FILE else "none"
SESSION_COOKIE_NAME = f"comity_{_ID}_session"
CSRF_COOKIE_NAME = f"comity_{_ID}_csrf"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS_PROXY
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "comity.site.logs.JsonLines"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": os.environ.get("COMITY_LOG", "plain")}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
