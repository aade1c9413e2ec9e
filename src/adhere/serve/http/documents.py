"""Documents: put, get, delete. An answer to a write means that it outlives the process."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from adhere.serve.http.asking import Asking
from adhere.serve.http.bodies import DocumentBody, DocumentsBody
from adhere.serve.http.problems import Json
from adhere.serve.http.strict import StrictRoute
from adhere.serve.wire import document_to_json

router = APIRouter(prefix="/v1/documents", tags=["documents"], route_class=StrictRoute)
Identifier = Annotated[str, Path(description="The document's id; slashes in it stay.", min_length=1)]


@router.post("")
async def upsert(body: DocumentsBody, asking: Asking) -> Response:
    """Insert or replace documents. Those whose content has not changed are not encoded again."""
    asking.caller.must("write")
    documents = [each.document(each.id) for each in body.documents]
    added = await asking.service.add(asking.caller, documents)
    return Json({"new": added.new, "changed": added.changed, "unchanged": added.unchanged})


@router.put("/{id:path}")
async def put(id: Identifier, body: DocumentBody, asking: Asking) -> Response:
    """Insert or replace one document."""
    asking.caller.must("write")
    added = await asking.service.add(asking.caller, [body.document(id)])
    outcome = "new" if added.new else "changed" if added.changed else "unchanged"
    return Json({"id": id, "outcome": outcome}, status_code=201 if added.new else 200)


@router.get("/{id:path}")
async def get(id: Identifier, asking: Asking) -> Response:
    """One document as it is kept."""
    asking.caller.must("read")
    return Json(document_to_json(await asking.service.get(asking.caller, id)))


@router.delete("/{id:path}")
async def delete(id: Identifier, asking: Asking) -> Response:
    """Forget one document."""
    asking.caller.must("write")
    await asking.service.delete(asking.caller, id)
    return Json({"id": id, "outcome": "deleted"})
