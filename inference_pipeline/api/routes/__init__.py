"""The HTTP routes, one file a group.

To add some: a module (or package) here with `routes(services: Services) -> APIRouter`, whose docstring says "METHOD
PATH: what it returns", which the docs' table shows. A route needs a key with the scope chat, below /admin one with
the scope admin (`api/access.py` has the exceptions: /health, /ready, /metrics, and the page). One that names an author
calls `access.require_author` first.
"""

import importlib
import pkgutil
from collections.abc import Iterator

from fastapi import APIRouter

from inference_pipeline.api.services import Services


def routers(services: Services) -> Iterator[APIRouter]:
    """Of all modules here, by name."""
    for name in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        yield importlib.import_module(f"{__name__}.{name}").routes(services)
