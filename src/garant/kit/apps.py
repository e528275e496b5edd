"""The kit: domain-free help for pages. Compiles message catalogs that are newer than their compiled form."""

from django.apps import AppConfig


class KitConfig(AppConfig):
    """Registers templates, static files and the tag library `garant`."""

    name = "garant.kit"
    label = "kit"

    def ready(self) -> None:
        """Compile stale catalogs: a fresh clone has none, and an edited one must show at the next start."""
        from garant.kit.catalogs import compile_stale

        compile_stale()
