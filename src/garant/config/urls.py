"""Every address of the desk, by door."""

from django.urls import URLPattern, URLResolver, include, path

from garant.config.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("accounts/", include("allauth.urls")),
    path("console/", include("garant.console.urls")),
    path("", include("garant.portal.urls")),
]

handler400 = "garant.kit.problems.bad_request"
handler403 = "garant.kit.problems.forbidden"
handler404 = "garant.kit.problems.not_found"
handler500 = "garant.kit.problems.broken"
