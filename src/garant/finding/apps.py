"""The finding room."""

from django.apps import AppConfig


class FindingConfig(AppConfig):
    """Registers the finding room."""

    name = "garant.finding"
    label = "finding"
    default_auto_field = "django.db.models.BigAutoField"
