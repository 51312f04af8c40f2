"""The Celery application: `celery -A ecpar_portal worker`."""

import os

from celery import Celery
from celery.signals import setup_logging, worker_shutting_down
from kombu.transport.sqlalchemy import Transport

from ecpar_portal import stopping
from ecpar_portal.logs import configure

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecpar_portal.settings")
# One message a second otherwise; given as a transport option, kombu hands it to SQLAlchemy, which refuses it.
Transport.polling_interval = 0.2

app = Celery("ecpar_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
setup_logging.connect(configure)
worker_shutting_down.connect(stopping.ask)
