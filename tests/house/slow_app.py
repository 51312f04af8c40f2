"""A Celery application with one slow task, to see that Ctrl-C waits for it."""

import os
import time
from pathlib import Path

from celery import Celery

FOLDER = Path(os.environ["SLOW_FOLDER"])

app = Celery("slow", broker=f"sqla+sqlite:///{FOLDER / 'broker.sqlite3'}")
app.conf.update(task_ignore_result=True, task_acks_late=True, worker_prefetch_multiplier=1)


@app.task(name="slow.work")
def work():
    """Take longer than what an idle worker needs to leave."""
    (FOLDER / "begun").touch()
    time.sleep(9)
    (FOLDER / "done").touch()
