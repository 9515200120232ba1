"""Records in JSON form: user keys unchanged, decimals and ids as strings."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from orderloom.base import json
from orderloom.records.command import Record
from orderloom.records.plan import EntityPlan


def _as_it_is(value: Any) -> Any:
    return value


_SYSTEM: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(
        ("owner_id", "owner_department_id", "created_by", "updated_by", "deleted_by"), str
    ),
    **dict.fromkeys(("created_at", "updated_at", "deleted_at"), json.timestamp),
    **dict.fromkeys(("version", "computing"), _as_it_is),
}


def present(plan: EntityPlan, record: Record) -> dict[str, Any]:
    """One record as JSON values; absent keys stay absent, lines carry their ids."""
    formats, lines = plan.entity.fields.formats, plan.entity.lines
    shown: dict[str, Any] = {}
    for key, value in record.items():
        if key in lines:
            shown[key] = [_row(lines[key].fields.formats, line) for line in value or ()]
            continue
        write = formats.get(key) or _SYSTEM.get(key)
        if write is not None:
            shown[key] = None if value is None else write(value)
    return shown


def _row(formats: Mapping[str, Callable[[Any], Any]], row: Record) -> dict[str, Any]:
    return {
        key: None if value is None else formats[key](value)
        for key, value in row.items()
        if key in formats
    }


def present_all(plan: EntityPlan, records: Sequence[Record]) -> list[dict[str, Any]]:
    """Records as JSON values."""
    return [present(plan, record) for record in records]
