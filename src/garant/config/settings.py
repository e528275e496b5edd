"""Settings of the desk. What differs between desks comes from the environment (docs/reference/settings.md)."""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from garant.config.access_settings import read, second_step, trusted_proxies
from garant.config.environment import database, secret_key
from garant.config.mail_settings import is_configured, mail_hops, own_addresses, reply_base

PACKAGE = Path(__file__).resolve().parent.parent

SECRET_KEY = secret_key()
DEBUG = os.environ.get("GARANT_DEBUG") == "1"
BASE_URL = os.environ.get("GARANT_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = [*os.environ.get("GARANT_HOSTS", "127.0.0.1,localhost,[::1]").split(","), "testserver"][
    : None if os.environ.get("GARANT_TESTING") else -1
]
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("GARANT_TRUSTED_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "garant.kit",
    "garant.journal",
    "garant.finding",
    "garant.directory",
    "garant.contracts",
    "garant.cases",
    "garant.knowledge",
    "garant.community",
    "garant.console",
    "garant.portal",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "garant.kit.manners.KeptByNobody",
    "csp.middleware.CSPMiddleware",
    "garant.config.signing_in.EvenAnswers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "garant.kit.languages.LanguageMiddleware",
    "garant.config.middleware.ViewerMiddleware",
    "garant.config.middleware.ReachMiddleware",
    "garant.config.middleware.AskedOnceMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "garant.config.signing_in.SignInMiddleware",
]
ROOT_URLCONF = "garant.config.urls"
WSGI_APPLICATION = "garant.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "kit" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "garant.kit.languages.offered",
                "garant.portal.context.site",
            ]
        },
    }
]
DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "directory.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "garant.config.accounts.InvitedOnly"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# Failed sign-ins: by sender and by address, by browser of somebody who signed in there before, and on the whole desk.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "10/m/ip,5/5m/key",
    "login_failed_known": "10/10m/key",
    "login_failed_desk": "300/10m/key",
    # Nobody gets more than a few of these mails, whoever asks for them.
    "reset_password": "20/m/ip,5/h/key",
}
MFA_ADAPTER = "garant.config.accounts.SecondStep"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
# Seconds after which a form that takes an address answers, known or not.
EVEN_ANSWER = 0.0 if os.environ.get("GARANT_TESTING") else 0.3
SECOND_STEP = read(second_step, "all")
# Counts of failed sign-ins must hold for all processes: they stand in a table that needs no backup.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "kit_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}
ALLAUTH_TRUSTED_PROXY_COUNT = read(trusted_proxies, 0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")
SESSION_COOKIE_AGE = 14 * 24 * 3600
EMAIL_BACKEND = "garant.config.outbox_backend.EmailBackend"
MAIL_CONFIGURED = is_configured()
# Mail that arrives (docs/reference/mail.md): whose results are believed, below how many of our own Received lines,
# what this desk itself sends from, and at which address people answer.
MAIL_HOST = os.environ.get("GARANT_MAIL_HOST", "").strip()
MAIL_HOPS = read(mail_hops, 1)
MAIL_STRIPS = os.environ.get("GARANT_MAIL_STRIPS") == "1"
MAIL_REPLY = reply_base()
MAIL_OWN = own_addresses()

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("fr", _("French")),
    ("es", _("Spanish")),
    ("de", _("German")),
    ("it", _("Italian")),
    ("ja", _("Japanese")),
]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = None
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "garant.kit.problems.stale_form"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": os.environ.get("GARANT_LOG_LEVEL", "WARNING")},
}
