"""One tree of errors. A message says what was asked, what was found, and what to do next.

AdhereError                    anything we refuse to do, exit code 1
├── InputError                 the caller gave something we cannot take (HTTP 422)
│   ├── CriteriaError          criteria text that does not parse, or asks what cannot be executed
│   ├── SchemaError            an unknown field, a wrong type or operator for a field
│   └── FileError              a file that cannot be read as documents
├── StoreError                 the store directory and its engine (HTTP 503)
│   ├── StoreMissing           no store there (HTTP 404)
│   ├── StoreLocked            another process owns it (HTTP 503)
│   └── StoreMismatch          made with another model, template or format (HTTP 409)
├── ModelError                 model files missing, damaged, or of the wrong shape
├── MissingExtra               an optional part is not installed
├── RemoteError                an endpoint failed or answered nonsense (HTTP 502)
└── NotYet                     understood, and not built yet (HTTP 501)
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import ClassVar


class AdhereError(Exception):
    """Base of all errors of Adhere. `exit_code` and `http_status` are mapped here and nowhere else."""

    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500


class InputError(AdhereError):
    http_status = 422


class CriteriaError(InputError):
    pass


class SchemaError(InputError):
    pass


class FileError(InputError):
    pass


class StoreError(AdhereError):
    http_status = 503


class StoreMissing(StoreError):
    http_status = 404


class StoreLocked(StoreError):
    pass


class StoreMismatch(StoreError):
    http_status = 409


class ModelError(AdhereError):
    pass


class MissingExtra(AdhereError):
    http_status = 501


class RemoteError(AdhereError):
    http_status = 502


class NotYet(AdhereError):
    http_status = 501


def require(module: str, *, feature: str, extra: str) -> ModuleType:
    """Import an optional module, or say which extra brings it. A broken install shows its real cause."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != module.partition(".")[0]:
            raise
        raise MissingExtra(
            f"{feature} needs the module {module!r}, which is not installed.\n"
            f"Install it with:  pip install 'adhere[{extra}]'"
        ) from None
