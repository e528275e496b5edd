"""The portal door."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Registers the portal door."""

    name = "garant.portal"
    label = "portal"
