"""The one place where errors become HTTP: RFC 9457 problem details, in the words of the command line."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from adhere.errors import AdhereError, InputError
from adhere.serve.refusals import NoToken, Refusal

MEDIA_TYPE = "application/problem+json"
SHOWN = 5


class Json(Response):
    """JSON that whatever a document holds cannot break: half characters are sent as escapes."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return dumps(content)


def dumps(content: Any) -> bytes:
    """One line of JSON in UTF-8. No NaN: what is not a number has no place in it."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


def problem(error: Exception, *, instance: str = "") -> dict[str, Any]:
    """The members of a problem: `detail` is what the command line would print."""
    error = translated(error)
    kind = type(error).__name__
    return {
        "type": f"urn:adhere:error:{kind}",
        "title": re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind),
        "status": error.http_status,
        "detail": str(error),
        **({"instance": f"urn:adhere:request:{instance}"} if instance else {}),
    }


def respond(error: Exception, *, instance: str = "") -> Response:
    """The problem as a response, with Retry-After and WWW-Authenticate where they belong."""
    error = translated(error)
    response = Response(
        dumps(problem(error, instance=instance)), status_code=error.http_status, media_type=MEDIA_TYPE
    )
    if isinstance(error, Refusal) and error.retry_after is not None:
        response.headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    if isinstance(error, NoToken):
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, Routing):
        response.headers.update(error.headers)
    return response


class Routing(AdhereError):
    """What the router itself says: there is no such address, or not with this method."""

    def __init__(self, error: HTTPException) -> None:
        super().__init__(f"{error.detail}. What there is: /docs")
        self.http_status = error.status_code  # type: ignore[misc]  # one class for all of the router's
        self.headers = dict(error.headers or {})


class Unexpected(AdhereError):
    """Our own mistake. What happened is in the log, under the request's id."""


def translated(error: Exception) -> AdhereError:
    """The error of ours that another one amounts to."""
    match error:
        case AdhereError():
            return error
        case RequestValidationError():
            return InputError(_wrong(error))
        case HTTPException():
            return Routing(error)
        case _:
            return Unexpected("Something went wrong here. The server's log has it under this request's id.")


def _wrong(error: RequestValidationError) -> str:
    """Which part of the request is wrong, and how; never the value, which may be anything."""
    if isinstance(error.body, bytes):  # as it came: FastAPI reads JSON only from what says that it is JSON
        return (
            "The request's body is not taken for JSON, because its header does not say so. Send "
            "Content-Type: application/json with it."
        )
    errors = error.errors()
    lines = [_line(each) for each in errors[:SHOWN]]
    more = [f"and {len(errors) - SHOWN} more"] if len(errors) > SHOWN else []
    return "The request cannot be taken: " + "; ".join([*lines, *more]) + "."


def _line(error: Any) -> str:
    place = ".".join(str(part) for part in error["loc"] if part != "body")
    why = error.get("ctx", {}).get("error") or error["msg"]
    return f"{place}: {why}" if place else str(why)
