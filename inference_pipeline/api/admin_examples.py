"""Requests to the operator's routes and their answers: for /openapi.json."""

from typing import Any

from inference_pipeline.api.examples import MADE_AT

AUTHOR = "maud-ferrier"
STATUS: dict[str, Any] = {
    "draining": False,
    "requests_under_way": 2,
    "queue": 32,
    "authors": [AUTHOR],
    "champions": {AUTHOR: "v2"},
}
VERSION: dict[str, Any] = {
    "author": AUTHOR,
    "version": "v2",
    "features": "F3",
    "aliases": ["champion"],
    "forced": False,
    "tainted": "",
    "created_at": "2026-09-21T14:13:20+00:00",
}
VERSIONS: dict[str, Any] = {"object": "list", "data": [VERSION]}
PROMOTION: dict[str, Any] = {"version": "v1", "force": True, "reason": "v2 writes too long"}
NEW_KEY: dict[str, Any] = {"name": "phone", "authors": [AUTHOR], "expires_in_days": 90}
KEY: dict[str, Any] = {
    "id": "0f6c0c8d1f0b",
    "name": "phone",
    "scopes": ["chat"],
    "authors": [AUTHOR],
    "created_at": MADE_AT,
    "expires_at": MADE_AT + 90 * 86400,
    "state": "active",
}
KEYS: dict[str, Any] = {"object": "list", "data": [KEY]}
MADE_KEY: dict[str, Any] = {**KEY, "key": "twin_0f6c0c8d1f0b_…"}
