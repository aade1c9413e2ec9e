"""A language model at an endpoint that speaks the OpenAI protocol: plugged in by a flag, needed by nothing.

What it is told has two parts that never mix: the system part stands in our source, the user part holds texts
of documents and people as JSON (`quoted`). What it answers is data too: a reader takes it or refuses it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from adhere.errors import RemoteError, require

Read = TypeVar("Read")
Message = dict[str, str]

KEY = "ADHERE_LLM_KEY"
"""Environment variable with the key of the endpoint, where it wants one."""
TRIES = 2
LIKELY = 20
"""Tokens whose probabilities are asked for; no endpoint of this protocol gives more."""
FIRST_TOKENS = 3
"""Tokens that are read until one is no white space."""
SHOWN = 1000
"""Characters of an answer that is refused, shown to the model again."""
CONTROL = re.compile(r"<|\[(?=/?[A-Z_]+\])|[\ud800-\udfff]")
"""Where a control token of a chat template could begin (<|im_end|>, </s>, [INST]); half a surrogate pair."""


class Chat:
    """One model of one endpoint. Safe to share between threads.

    `key` may be empty where the endpoint wants none; `timeout` is in seconds, for each of two tries.
    Errors  MissingExtra without the extra `llm`
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        key: str = "",
        timeout: float = 60.0,
        feature: str = "A language model",
    ) -> None:
        openai = require("openai", feature=feature, extra="llm")
        self.model = model
        self._url = base_url
        self._errors = openai.OpenAIError
        self._client = openai.OpenAI(base_url=base_url, api_key=key or "none", timeout=timeout, max_retries=1)

    def read(
        self,
        system: str,
        user: str,
        reader: Callable[[str], Read],
        *,
        wanted: str,
        seed: int = 0,
        **options: Any,
    ) -> Read:
        """What the reader makes of the answer. One that it refuses (ValueError, KeyError) is asked for again.

        Errors  RemoteError when the endpoint fails, or the reader refuses twice; it says what was `wanted`
        """
        messages, problem = _opening(system, user), ""
        for attempt in range(TRIES):
            answer = self._choice(messages, seed=seed + attempt, **options).message.content or ""
            try:
                return reader(answer)
            except (ValueError, KeyError) as error:
                problem = f"{error!r} in {answer[:200]!r}"
                messages = [*messages, *_again(answer, error)]
        raise RemoteError(
            f"{self.model} at {self._url} was asked for {wanted}, and answered otherwise {TRIES} times: "
            f"{problem}. Try a larger model."
        )

    def first_word(self, system: str, user: str) -> dict[str, float]:
        """How probable each word is as the answer's first, in lower case, for the `LIKELY` likeliest tokens.

        Errors  RemoteError when the endpoint fails, or gives no log-probabilities
        """
        choice = self._choice(
            _opening(system, user),
            temperature=0.0,
            max_tokens=FIRST_TOKENS,
            logprobs=True,
            top_logprobs=LIKELY,
        )
        try:
            places = choice.logprobs.content
            place = next(place for place in places if _word(place.token))
            likely = [
                (_word(one.token), math.exp(min(one.logprob, 0.0))) for one in place.top_logprobs or [place]
            ]
        except (AttributeError, TypeError, StopIteration) as error:
            raise RemoteError(
                f"{self.model} at {self._url} gives no log-probabilities (logprobs, top_logprobs) with its "
                "answer. Serve the model with something that does, such as vLLM or llama.cpp."
            ) from error
        words: dict[str, float] = {}
        for word, p in likely:
            words[word] = words.get(word, 0.0) + p
        return words

    def _choice(self, messages: list[Message], **options: Any) -> Any:
        where = f"{self.model} at {self._url}"
        try:
            reply = self._client.chat.completions.create(model=self.model, messages=messages, **options)
        except self._errors as error:
            raise RemoteError(f"{where} failed: {error}") from error
        except ValueError as error:  # the library lets out what json raises
            raise RemoteError(
                f"{where} gave no chat completion, but something that is no JSON: {error}"
            ) from error
        try:
            choice = reply.choices[0]
            choice.message.content  # noqa: B018 (an endpoint may leave out anything)
        except (AttributeError, IndexError, TypeError) as error:
            raise RemoteError(f"{where} gave no chat completion: {str(reply)[:200]!r}.") from error
        return choice


def quoted(data: Mapping[str, Any]) -> str:
    """Texts as one line of JSON, in which no text can look like a control token of a chat template."""
    return CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(data, ensure_ascii=False))


def _opening(system: str, user: str) -> list[Message]:
    return [{"role": "system", "content": system}, {"role": "user", "content": user}]


def _again(answer: str, error: Exception) -> list[Message]:
    why = f"That cannot be read: {error}. Answer again, in the form that was asked for and with nothing else."
    return [
        {"role": "assistant", "content": answer[:SHOWN] or "(nothing)"},
        {"role": "user", "content": why},
    ]


def _word(token: str) -> str:
    # Servers hand out tokens as text, or with the mark that their tokenizer has for a space.
    return token.strip(" \t\n▁Ġ\"'.").lower()
