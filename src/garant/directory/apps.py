"""The directory room."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    """Registers the directory room."""

    name = "garant.directory"
    label = "directory"
    default_auto_field = "django.db.models.BigAutoField"
