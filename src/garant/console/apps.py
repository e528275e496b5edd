"""The console door."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """Registers the console door."""

    name = "garant.console"
    label = "console"
