"""Django's iterator(), measured as runner.mjs measures: one line of JSON."""

import json
import resource
import sys
import time

import django
from django.conf import settings
from django.db import connection, models

job = json.loads(sys.argv[1])
settings.configure(
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": job["host"],
            "PORT": job["port"],
            "USER": job["user"],
            "PASSWORD": job["password"],
            "NAME": job["database"],
        }
    },
    DEBUG=False,
    USE_TZ=True,
)
django.setup()

FIELDS = {
    "int4": models.IntegerField,
    "text": models.TextField,
    "jsonb": models.JSONField,
    "bool": models.BooleanField,
    "float8": models.FloatField,
    "numeric": lambda: models.DecimalField(max_digits=20, decimal_places=2),
    "timestamptz": models.DateTimeField,
}


def field(name, kind):
    return models.IntegerField(primary_key=True) if name == "id" else FIELDS[kind]()


Row = type(
    "Row",
    (models.Model,),
    {
        **{name: field(name, kind) for name, kind in job["columns"].items()},
        "__module__": __name__,
        "Meta": type("Meta", (), {"app_label": "bench", "db_table": job["table"], "managed": False}),
    },
)


def rows(limit):
    chosen = Row.objects.all()
    if limit is not None:
        chosen = chosen[:limit]
    return chosen.iterator(chunk_size=job["chunkSize"])


def peak_memory():
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


list(rows(1))
idle = peak_memory()
count, first = 0, 0.0
cpu, start = time.process_time(), time.perf_counter()
for _ in rows(job.get("limit")):
    if count == 0:
        first = time.perf_counter() - start
    count += 1
wall = time.perf_counter() - start
print(
    json.dumps(
        {
            "rows": count,
            "wall": wall * 1000,
            "firstRows": [first * 1000],
            "timers": 0,
            "cpu": time.process_time() - cpu,
            "idleMemory": idle,
            "peakMemory": peak_memory(),
        }
    )
)
connection.close()
