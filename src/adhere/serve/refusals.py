"""Why a server says no. Each refusal carries its HTTP status, as every AdhereError does."""

from __future__ import annotations

from typing import ClassVar

from adhere.errors import AdhereError


class Refusal(AdhereError):
    """Understood, and not done. `retry_after` is in seconds where waiting helps."""

    http_status: ClassVar[int] = 403

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NoToken(Refusal):
    """Nobody said who asks, or with a token that is not known."""

    http_status = 401


class NotAllowed(Refusal):
    """The token may not do this."""


class NoSuchDocument(Refusal):
    """There is no such document, or none that the token can see: the answer is the same."""

    http_status = 404


class TooLarge(Refusal):
    """The request's body is over the limit."""

    http_status = 413


class TooMany(Refusal):
    """More requests than the rate allows."""

    http_status = 429


class Busy(Refusal):
    """No room in the queue, or the time limit has passed."""

    http_status = 503
