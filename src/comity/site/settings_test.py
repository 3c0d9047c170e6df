"""Settings of the tests: a throw-away node; COMITY_TEST_DATABASE chooses the database (SQLite in memory if unset)."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("COMITY_NODE", tempfile.mkdtemp(prefix="comity-test-"))
os.environ.pop("COMITY_DATABASE", None)

from comity.site.settings import *  # noqa: F403 - the node folder is chosen first
from comity.site.settings import database

DATABASES = {"default": database(os.environ.get("COMITY_TEST_DATABASE", ""), Path(os.environ["COMITY_NODE"]))}
SECRET_KEY = "only for the tests"  # noqa: S105 - protects nothing
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if "COMITY_TEST_DATABASE" not in os.environ:  # each process of the tests has its own
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}
