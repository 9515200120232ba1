"""Records in JSON form: user keys unchanged, decimals and ids as strings."""

from collections.abc import Sequence
from typing import Any

from orderloom.base import json
from orderloom.records.command import Record
from orderloom.records.plan import EntityPlan, TablePlan

_IDS = ("owner_id", "owner_department_id", "created_by", "updated_by", "deleted_by")
_TIMES = ("created_at", "updated_at", "deleted_at")


def present(plan: EntityPlan, record: Record) -> dict[str, Any]:
    """One record as JSON values; absent keys stay absent, lines carry their ids."""
    shown: dict[str, Any] = {}
    for key, value in record.items():
        if key == "id":
            shown[key] = str(value)
        elif key in _IDS:
            shown[key] = None if value is None else str(value)
        elif key in _TIMES:
            shown[key] = None if value is None else json.timestamp(value)
        elif key in ("version", "computing"):
            shown[key] = value
        elif key in plan.lines:
            shown[key] = [_line(plan.lines[key], line) for line in value or []]
        elif key in plan.root.fields:
            shown[key] = None if value is None else plan.root.fields[key].format(value)
    return shown


def _line(table: TablePlan, line: Record) -> dict[str, Any]:
    return {
        key: str(value)
        if key == "id"
        else (None if value is None else table.fields[key].format(value))
        for key, value in line.items()
        if key == "id" or key in table.fields
    }


def present_all(plan: EntityPlan, records: Sequence[Record]) -> list[dict[str, Any]]:
    """Records as JSON values."""
    return [present(plan, record) for record in records]
