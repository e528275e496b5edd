"""The floor of a web worker: Django with one view, no database, under the same server."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(ALLOWED_HOSTS=["*"], SECRET_KEY="bench", ROOT_URLCONF=__name__, USE_TZ=True)


def hello(request: HttpRequest) -> HttpResponse:
    """A page of one word."""
    return HttpResponse("hello")


urlpatterns = [path("healthz", hello), path("packages/", hello), path("accounts/login/", hello), path("", hello)]
application = get_wsgi_application()
