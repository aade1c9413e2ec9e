"""A reranker that sentence-transformers loads: an ordinary cross-encoder, or a language model trained as one.

Cross-encoders read a pair: the query with the instruction, through a template, and the document. Language
models are near random without the prompt that they were trained on. They get it from the chat template in
their own folder, or from a `Form` here; what fits neither is refused, and so is a template that leaves a part
out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from adhere.encode.sentence_transformers import loaded
from adhere.errors import ModelError
from adhere.need import Document, Need
from adhere.render import INSTRUCTED, checked, fed, filled, passage_text


@dataclass(frozen=True, slots=True)
class Form:
    """How a language model was trained to be asked: the whole prompt, and the two words it answers with.

    `unasked` stands in for the instruction of a need that has none; `tokens` is the most it reads.
    """

    prompt: str
    yes: str = "yes"
    no: str = "no"
    unasked: str = ""
    tokens: int = 8192


DOCUMENT = "{document}"
FORMS = {
    # Qwen3-Embedding's examples/qwen3_reranker_transformers.py
    "qwen3": Form(
        "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the "
        'Instruct provided. Note that the answer can only be "yes" or "no".<|im_end|>\n<|im_start|>user\n'
        "<Instruct>: {instruction}\n<Query>: {query}\n<Document>: {document}"
        "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n",
        unasked="Given a web search query, retrieve relevant passages that answer the query",
    ),
    # FollowIR's own prompt, as mteb has it (FollowIRReranker)
    "followir": Form(
        "<s> [INST] You are an expert Google searcher, whose job is to determine if the following document "
        "is relevant to the query (true/false). Answer using only one word, one of those two choices.\n\n"
        "Query: {query} {instruction}\nDocument: {document}\n"
        'Relevant (only output one word, either "true" or "false"): [/INST] ',
        yes="true",
        no="false",
        tokens=2048,
    ),
}
KNOWN = {"qwen3-reranker": "qwen3", "followir-7b": "followir"}
"""Part of a folder's or model's name, in lower case -> the form that it was trained on."""


class CrossEncoder:
    """`template` is a name of `FORMS`, a template of the query's side with {query} and {instruction}, or one
    of the whole prompt with {document} too. Empty: by the name of the model, else query, space, instruction.

    Errors  MissingExtra without the extra `models`, InputError for a template that lacks a part, ModelError
            for a folder that does not load, or does not read what it is given
    """

    def __init__(self, model: str, *, template: str = "", device: str | None = None) -> None:
        self.name = f"st:{model}"
        self._form = form_of(model, template)
        self._template = INSTRUCTED if self._form else checked(template or INSTRUCTED)
        self._model = _loaded(model, self._form, device)
        self._control = _control_tokens(self._model.tokenizer)
        roles = _takes_roles(self._model)
        self._apart = roles and not template and not self._form
        if self._form:
            self._fit(self._form)
        elif roles or _answers(self._model):
            self._check(roles)

    def scores(self, need: Need, documents: Sequence[Document]) -> list[float]:
        """As the model gives them. Errors  ModelError if that is not one number per document"""
        if not documents:
            return []
        texts = [passage_text(document.title, document.text) for document in documents]
        pairs, options = self._fed(need, texts)
        try:
            scores = np.asarray(self._model.predict(pairs, show_progress_bar=False, **options), np.float64)
        except ValueError as error:
            raise ModelError(f"{self.name} cannot read a query and a document: {error}") from error
        if scores.shape != (len(pairs),) or not np.isfinite(scores).all():
            shape = "x".join(map(str, scores.shape))
            raise ModelError(
                f"{self.name} gives {shape} numbers for {len(pairs)} documents: not one score each."
            )
        return [float(score) for score in scores]

    def _fed(self, need: Need, texts: Sequence[str]) -> tuple[list[tuple[str, str]], dict[str, Any]]:
        """A pair per text, and what a model is given beside them."""
        asked = Need(self._data(need.query), self._data(need.instruction))
        options = {"prompt": asked.instruction or None} if self._apart else {}
        return [(self._left(asked), self._data(text)) for text in texts], options

    def _left(self, need: Need) -> str:
        if self._apart:
            return need.query
        if self._form:
            before, instruction = (
                self._form.prompt.partition(DOCUMENT)[0],
                need.instruction or self._form.unasked,
            )
            if not instruction:
                before = before.replace(INSTRUCTED, "{query}")
            return filled(before, query=need.query, instruction=instruction)
        return fed(need, self._template)

    def _data(self, text: str) -> str:
        """The text without control tokens of the model: a document that writes one ends no turn."""
        for token in self._control:
            text = text.replace(token, f"{token[0]} {token[1:]}")
        return text

    def _fit(self, form: Form) -> None:
        """Answers, padding and length as the form has them. Errors  ModelError if an answer is no token"""
        words, scorer = self._model.tokenizer.get_vocab(), _answers(self._model)
        if scorer:  # else the answer is in a head of its own
            missing = [word for word in (form.yes, form.no) if word not in words]
            if missing:
                raise ModelError(f"{self.name} should answer {' or '.join(missing)}, and has no such token.")
            scorer.true_token_id, scorer.false_token_id = words[form.yes], words[form.no]
        if self._model.tokenizer.pad_token is None:
            self._model.tokenizer.pad_token = self._model.tokenizer.eos_token
        self._model.max_seq_length = min(self._model.max_seq_length or form.tokens, form.tokens)

    def _check(self, roles: bool) -> None:
        """Errors  ModelError if the chat template of the folder drops the query, instruction or document"""
        need, text = Need("fig", "only red"), "A fig is red."
        changed = {
            "query": (replace(need, query="plum"), text),
            "instruction": (replace(need, instruction="only blue"), text),
            "document": (need, "A plum."),
        }
        try:
            if not roles:
                raise ValueError("there is no chat template")
            whole = self._tokens(need, text)
            lost = [part for part, other in changed.items() if self._tokens(*other) == whole]
        except ValueError as error:
            raise ModelError(
                f"{self.name} is a language model, and its folder does not say how it is asked: {error}\n"
                f"Put one of {', '.join(FORMS)} behind a #, or the whole prompt that it was trained on, with "
                "{query}, {instruction} and {document}."
            ) from error
        if lost:
            raise ModelError(
                f"The chat template in the folder of {self.name} leaves out the {', '.join(lost)}."
            )

    def _tokens(self, need: Need, text: str) -> list[list[int]]:
        pairs, options = self._fed(need, [text])
        tokens: list[list[int]] = self._model.preprocess(pairs, **options)["input_ids"].tolist()
        return tokens


def form_of(model: str, template: str) -> Form | None:
    """The form that a template spells or names, or that the model's name tells; None for a plain pair."""
    if template in FORMS:
        return FORMS[template]
    if DOCUMENT in template:
        return Form(checked(template))
    known = next((form for part, form in KNOWN.items() if part in model.lower()), None)
    return FORMS[known] if known and not template else None


def _jinja(form: Form) -> str:
    # sentence-transformers keeps what follows the document when a text is too long: it must be literal here.
    said = "{{{{ (messages | selectattr('role', 'eq', '{}') | first).content }}}}"
    after = form.prompt.partition(DOCUMENT)[2]
    return said.format("query") + said.format("document") + "{{ " + json.dumps(after) + " }}"


def _loaded(model: str, form: Form | None, device: str | None) -> Any:
    if form is None:
        return loaded("CrossEncoder", model, device=device)
    try:
        return loaded("CrossEncoder", model, device=device, processor_kwargs={"chat_template": _jinja(form)})
    except TypeError as error:
        raise ModelError(f"{model!r} needs sentence-transformers 5.4 or newer: {error}") from error


def _takes_roles(model: Any) -> bool:
    return "message" in getattr(next(model.children()), "modality_config", {})


def _answers(model: Any) -> Any:
    """The part of a language model that compares its two answers, if it has one."""
    last = list(model.children())[-1]
    return last if hasattr(last, "true_token_id") else None


def _control_tokens(tokenizer: Any) -> list[str]:
    """Every token that a tokenizer takes out of a text by its letters; the longest first."""
    tokens = {*tokenizer.all_special_tokens, *tokenizer.get_added_vocab()}
    return sorted((token for token in tokens if len(token) > 2 and token.strip()), key=len, reverse=True)
