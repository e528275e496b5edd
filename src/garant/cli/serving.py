"""What granian's workers load: the web application, in a process that ends with the server that started it."""

import os
import signal

from garant.kit.processes import end_with_parent

# A worker of a server killed with -9 would otherwise live on and keep the port.
end_with_parent(signal.SIGKILL)
os.environ.setdefault("GARANT_ROLE", "web")

from garant.config.wsgi import application  # noqa: E402 - only after the worker is bound to its parent

__all__ = ["application"]
