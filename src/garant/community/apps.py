"""The community room."""

from django.apps import AppConfig


class CommunityConfig(AppConfig):
    """Registers the community room."""

    name = "garant.community"
    label = "community"
    default_auto_field = "django.db.models.BigAutoField"
