"""The journal room."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """Registers the journal room."""

    name = "garant.journal"
    label = "journal"
    default_auto_field = "django.db.models.BigAutoField"
