"""Every address of the desk, by door."""

from django.contrib.auth.decorators import login_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from garant.config.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path(
        "accounts/sessions/",
        login_required(RedirectView.as_view(pattern_name="account_sessions")),
        name="usersessions_list",
    ),
    path("accounts/", include("allauth.urls")),
    path("console/", include("garant.console.urls")),
    path("", include("garant.portal.urls")),
]

handler400 = "garant.kit.problems.bad_request"
handler403 = "garant.kit.problems.forbidden"
handler404 = "garant.kit.problems.not_found"
handler500 = "garant.kit.problems.broken"
