"""Addresses of the portal: visitors and subscribers' people."""

from __future__ import annotations

from django.urls import URLPattern, path

from garant.portal import views

urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("packages/", views.packages, name="packages"),
    path("account/", views.account, name="account"),
]
