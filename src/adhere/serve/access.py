"""Who asks, and what may they do? Tokens are kept as hashes, in a TOML file:

[[tokens]]
name = "support"                        # shown in logs, never the token
sha256 = "9f86d08…"                     # printf %s "$TOKEN" | sha256sum
scopes = ["read"]                       # read, write, admin
filter = 'want field(team = "support")' # what this token sees, in the criteria notation
standing = "prefer recent documents"    # merged under every instruction
rate = 20                               # requests a second, in place of the server's
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from adhere.errors import AdhereError, CriteriaError, InputError
from adhere.need import Criteria
from adhere.parse.language import read
from adhere.serve.refusals import NotAllowed, NoToken

Scope = Literal["read", "write", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

EVERYTHING = Criteria()
"""No filter: all documents are seen."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever asks: what they may do, what they see (`filter`), and what they always want (`standing`)."""

    name: str
    scopes: frozenset[str] = frozenset(SCOPES)
    filter: Criteria = EVERYTHING
    standing: str = ""
    rate: float | None = None

    def must(self, scope: Scope) -> None:
        """Errors  NotAllowed without the scope"""
        if scope not in self.scopes:
            raise NotAllowed(
                f"This needs the scope {scope!r}; the token {self.name!r} has "
                f"{', '.join(sorted(self.scopes)) or 'none'}."
            )


LOCAL = Caller("local")
"""Whoever reaches a server that has no tokens. Such a server listens on this machine only."""


class Tokens:
    """The callers by the hash of their token; with none, everybody is `LOCAL`."""

    def __init__(self, callers: Mapping[str, Caller] | None = None) -> None:
        self._callers = dict(callers or {})

    def __bool__(self) -> bool:
        return bool(self._callers)

    @property
    def callers(self) -> Iterable[Caller]:
        return self._callers.values()

    def caller(self, authorization: str | None) -> Caller:
        """Who an Authorization header speaks for. Errors  NoToken"""
        if not self._callers:
            return LOCAL
        kind, _, token = (authorization or "").partition(" ")
        if kind.casefold() != "bearer" or not token.strip():
            raise NoToken("This server wants a token. Send it as:  Authorization: Bearer TOKEN")
        # Only hashes are compared, so the time it takes tells nothing about a token.
        caller = self._callers.get(digest(token.strip()))
        if caller is None:
            raise NoToken("This token is not known here. Ask whoever runs the server for another one.")
        return caller


def digest(token: str) -> str:
    """What the tokens file keeps of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def load(path: Path | str) -> Tokens:
    """The tokens of a file.

    Errors  InputError, naming file and token, for anything that is unknown, missing or of a wrong type
    """
    try:
        data = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as a tokens file: {error}") from error
    rows = data.get("tokens")
    if set(data) != {"tokens"} or not isinstance(rows, list) or not rows:
        raise InputError(f"{path} must hold [[tokens]] tables and nothing else; found {sorted(data)}.")
    callers: dict[str, Caller] = {}
    for number, row in enumerate(rows, start=1):
        try:
            hashed, caller = _caller(row)
        except AdhereError as error:
            raise InputError(f"{path}, token {number}: {error}") from error
        if hashed in callers:
            raise InputError(f"{path}, token {number}: the same sha256 as {callers[hashed].name!r}.")
        callers[hashed] = caller
    return Tokens(callers)


def _caller(row: Any) -> tuple[str, Caller]:
    known = {"sha256", *(part.name for part in fields(Caller))}
    if not isinstance(row, dict) or set(row) - known or not {"name", "sha256", "scopes"} <= set(row):
        raise InputError(
            f"needs name, sha256 and scopes, and may have filter, standing and rate; found {sorted(row)}."
        )
    name, hashed, scopes = row["name"], row["sha256"], row["scopes"]
    if not isinstance(name, str) or not name or not isinstance(row.get("standing", ""), str):
        raise InputError("name and standing are strings.")
    if not isinstance(hashed, str) or len(hashed) != 64 or set(hashed) - set("0123456789abcdef"):
        raise InputError(f"{name!r}: sha256 is 64 lower-case hexadecimal digits (sha256sum prints them).")
    if not isinstance(scopes, list) or not scopes or set(scopes) - set(SCOPES):
        raise InputError(f"{name!r}: scopes are some of {', '.join(SCOPES)}; found {scopes!r}.")
    rate = row.get("rate")
    if rate is not None and (isinstance(rate, bool) or not isinstance(rate, int | float) or not rate > 0):
        raise InputError(f"{name!r}: rate is a number of requests a second above 0; found {rate!r}.")
    return hashed, Caller(
        name, frozenset(scopes), _filter(row.get("filter", "")), row.get("standing", ""), rate
    )


def _filter(text: Any) -> Criteria:
    if not isinstance(text, str):
        raise InputError(f"filter is criteria text; found {text!r}.")
    rules = read(text)
    loose = [rule for rule in rules if not (rule.hard and rule.exact)]
    if loose:
        raise CriteriaError(
            "A filter must be rules that a program decides (hard field, time, mentions or form); "
            f"found {loose[0].polarity} {loose[0].kind}."
        )
    return rules
