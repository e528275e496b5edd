"""The floor of a web worker: Django with bare views under the same server.

Every address answers one word, without a database. `/like/NAME` is the floor of a page: one query for 25 rows by an
index of the same PostgreSQL, and a body as long as Garant's, which the bench keeps in a file (`GARANT_BENCH_BODIES`).
"""

import os
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from psycopg.conninfo import conninfo_to_dict


def _database(url: str) -> dict[str, object]:
    known = conninfo_to_dict(url)
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    found = {setting: known[name] for name, setting in names.items() if name in known}
    return {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": None, **found}


settings.configure(
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="bench",
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DATABASES={"default": _database(os.environ["GARANT_DB_URL"])} if "GARANT_DB_URL" in os.environ else {},
)


def hello(request: HttpRequest, address: str = "") -> HttpResponse:
    """A page of one word, whatever is asked for."""
    return HttpResponse("hello")


def like(request: HttpRequest, name: str) -> HttpResponse:
    """The least that a page over cases costs: its rows, and its bytes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, subject, severity, state, next_due FROM cases_case ORDER BY number LIMIT 25")
        rows = cursor.fetchall()
    return HttpResponse(_body(name), headers={"X-Rows": str(len(rows))})


@lru_cache
def _body(name: str) -> bytes:
    return (Path(os.environ["GARANT_BENCH_BODIES"]) / name).read_bytes()


urlpatterns = [path("like/<str:name>", like), path("", hello), path("<path:address>", hello)]
application = get_wsgi_application()
