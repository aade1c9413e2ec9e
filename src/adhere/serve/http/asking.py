"""What every route is handed: the service, who asks, and the request's id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from adhere.serve.access import Caller
from adhere.serve.service import Service


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, after the guards have let it through."""

    service: Service
    caller: Caller
    request_id: str


def _asked(request: Request) -> Asked:
    return Asked(request.app.state.service, request.state.caller, request.state.request_id)


Asking = Annotated[Asked, Depends(_asked)]
