"""The knowledge room."""

from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    """Registers the knowledge room."""

    name = "garant.knowledge"
    label = "knowledge"
    default_auto_field = "django.db.models.BigAutoField"
