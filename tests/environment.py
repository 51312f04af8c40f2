"""The environment of the tests, read before the settings: a demonstration in a folder of its own."""

import atexit
import os
import shutil
import tempfile

os.environ["DEMO"] = "1"
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="portail-tests-")
os.environ["PORTAL_URL"] = "http://localhost"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in the test's own thread
os.mkdir(os.environ["VAR_DIR"] + "/static")
atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)
