"""Lists as files to keep."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from orderloom.base import clock, text
from orderloom.base.errors import Fault
from orderloom.http.errors import BadQueryError
from orderloom.http.ports import platform
from orderloom.http.records_api import entity_name
from orderloom.http.request import actor_of, query_of
from orderloom.intake.exporting import FORMATS, Export, Exporter, as_csv, as_workbook

_PIECE = 256 * 1024
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


async def export_records(request: Request) -> Response:
    """``GET /{app}/{entity}/export``: filter, search, sort, fields and format (csv or xlsx)."""
    actor = await actor_of(request)
    entity = entity_name(request)
    query = query_of(request, frozenset(("filter", "search", "sort", "fields", "format")))
    kind = query.get("format", "xlsx")
    if kind not in FORMATS:
        raise BadQueryError(errors=[Fault(pointer="/format", code="http.bad_value")])
    fields = query.get("fields")
    export = Exporter(
        platform(request).records,
        Export(
            entity=entity,
            actor=actor,
            filter=query.get("filter"),
            search=query.get("search"),
            sort=query.get("sort"),
            fields=[one.strip() for one in fields.split(",") if one.strip()] if fields else None,
        ),
    )
    model = export.plan.entity
    name = f"{text.pick(model.label, actor.language)}-{clock.today():%Y%m%d}.{kind}"
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "no-store",
    }
    await export.check()
    if kind == "csv":
        pieces = as_csv(export, actor.door)
        return StreamingResponse(pieces, media_type=_TYPES[kind], headers=headers)
    book = await as_workbook(export, actor.door)
    return StreamingResponse(
        iter(lambda: book.read(_PIECE), b""), media_type=_TYPES[kind], headers=headers
    )
