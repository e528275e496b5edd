"""The kit: domain-free help for pages. Compiles message catalogs that are newer than their compiled form."""

import logging

from django.apps import AppConfig


class KitConfig(AppConfig):
    """Registers templates, static files and the tag library `garant`."""

    name = "garant.kit"
    label = "kit"

    def ready(self) -> None:
        """Compile stale catalogs: a fresh clone has none, and an edited one must show at the next start.

        A catalog that can't be read is said in the log and left out: the desk then speaks English there.
        """
        from babel.messages.pofile import PoFileError

        from garant.kit.catalogs import compile_stale

        try:
            compile_stale()
        except (PoFileError, ValueError, OSError) as error:
            logging.getLogger(__name__).warning("a message catalog could not be compiled: %s", error)
