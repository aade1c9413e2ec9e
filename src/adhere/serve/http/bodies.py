"""What requests say, each with an example that runs. A name that is not known is an error."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from adhere.need import Document, Mode
from adhere.serve.service import Ask
from adhere.values import as_utc

TEXT = 4_000
"""Characters of a query or an instruction; longer texts are documents."""
PROGRAM = 20_000
MOST_HITS = 1_000
MOST_DOCUMENTS = 1_000
DEEPEST = 50
"""Objects and lists within each other in a document's fields: far from where reading them back would fail."""


def _instant(at: datetime) -> datetime:
    try:
        return as_utc(at)
    except OverflowError:
        raise ValueError("an instant that no calendar in UTC has") from None


def _shallow(fields: dict[str, Any]) -> dict[str, Any]:
    level: list[Any] = [fields]
    for _ in range(DEEPEST):
        values = [v for each in level for v in (each.values() if isinstance(each, dict) else each)]
        level = [value for value in values if isinstance(value, dict | list)]
        if not level:
            return fields
    raise ValueError(f"objects and lists more than {DEEPEST} deep; flatten them")


Query = Annotated[str, Field(max_length=TEXT, description="A few words.")]
Instruction = Annotated[str, Field(max_length=TEXT, description="What counts as relevant, in plain words.")]
Program = Annotated[str, Field(max_length=PROGRAM)]
Instant = Annotated[datetime, AfterValidator(_instant)]
Fields = Annotated[dict[str, Any], AfterValidator(_shallow)]
Limit = Annotated[int, Field(ge=1, le=MOST_HITS)]


class Body(BaseModel):
    """Every name is known."""

    model_config = ConfigDict(extra="forbid")


def example(**values: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [values]})


class SearchBody(Body):
    """A need: a query, and an instruction that says what counts as relevant."""

    model_config = example(
        query="vector index", instruction="only accepted proposals, nothing on C extensions", k=10
    )

    query: Query = ""
    instruction: Instruction = ""
    k: Limit = 10
    as_of: Instant | None = Field(None, description="The day it is for this need; nothing later is shown.")
    mode: Mode = "balanced"
    filters: Program | None = Field(
        None, description="Rules that the instruction cannot loosen, as criteria."
    )
    criteria: Program | None = Field(None, description="Criteria to run in place of the instruction's.")
    documents: bool = Field(False, description="Send each hit's document along.")
    stream: bool = Field(False, description="Answer as server-sent events.")

    def ask(self) -> Ask:
        return Ask(self.query, self.instruction, self.k, self.as_of, self.mode, self.filters, self.criteria)


class ParseBody(Body):
    model_config = example(instruction="only accepted proposals, nothing on C extensions")

    instruction: Instruction
    query: Query = ""
    as_of: Instant | None = None


class DocumentBody(Body):
    """A document without its id, which is in the address."""

    model_config = example(
        text="An index of vectors.", title="Vector index", fields={"status": "Accepted", "year": 2024}
    )

    text: str
    title: str = ""
    url: str = ""
    fields: Fields = {}
    time: Instant | None = None
    group: str = ""

    def document(self, identifier: str) -> Document:
        return Document(identifier, self.text, self.title, self.url, self.fields, self.time, self.group)


class NamedDocument(DocumentBody):
    """A document with its id."""

    model_config = example(id="P-1", text="An index of vectors.", fields={"status": "Accepted"})

    id: str = Field(min_length=1, max_length=1_000)


class DocumentsBody(Body):
    model_config = example(documents=[{"id": "P-1", "text": "An index of vectors."}])

    documents: list[NamedDocument] = Field(min_length=1, max_length=MOST_DOCUMENTS)


# --- the shapes of other systems ----------------------------------------------------------------


class Comparison(Body):
    """One attribute compared, as OpenAI's vector stores write it."""

    type: Literal["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin"]
    key: str
    value: str | bool | int | float | list[str | int | float]


class Compound(Body):
    """Several filters together."""

    type: Literal["and", "or"]
    filters: list[Comparison | Compound] = Field(max_length=100)


class RankingOptions(Body):
    ranker: Literal["auto", "none", "default-2024-11-15"] = "auto"
    score_threshold: float = Field(0.0, ge=0.0, le=1.0)


class VectorStoreBody(Body):
    """OpenAI's search in a vector store, with `instruction` beside it."""

    model_config = example(
        query="vector index",
        instruction="nothing on C extensions",
        filters={"type": "eq", "key": "status", "value": "Accepted"},
        max_num_results=10,
    )

    query: Query | Annotated[list[Query], Field(min_length=1, max_length=16)]
    instruction: Instruction = ""
    filters: Comparison | Compound | None = None
    max_num_results: int = Field(10, ge=1, le=50)
    ranking_options: RankingOptions | None = None
    rewrite_query: bool = False


class EmbeddingsBody(Body):
    """OpenAI's embeddings. Texts are embedded as queries are; documents are embedded when they are added."""

    model_config = example(input=["vector index"], model="adhere")

    input: Query | Annotated[list[Query], Field(min_length=1, max_length=2_048)]
    model: str = "adhere"
    dimensions: int | None = None
    encoding_format: Literal["float", "base64"] = "float"
    user: str = ""


class RerankText(Body):
    text: str


class RerankBody(Body):
    """Cohere's and Jina's rerank, with the instruction as `instruction` or `instruct`."""

    model_config = example(
        query="vector index",
        instruction="nothing on C extensions",
        documents=["An index of vectors.", "An index as a C extension."],
    )

    query: Query
    documents: list[str | RerankText] = Field(min_length=1, max_length=MOST_DOCUMENTS)
    model: str = "adhere"
    instruction: Instruction | None = None
    instruct: Instruction | None = None
    top_n: int | None = Field(None, ge=1)
    return_documents: bool = False
