"""The contracts room."""

from django.apps import AppConfig


class ContractsConfig(AppConfig):
    """Registers the contracts room."""

    name = "garant.contracts"
    label = "contracts"
    default_auto_field = "django.db.models.BigAutoField"
