"""Parsing records: raw JSON in, typed values and ALL faults out.

Invariant: faults carry RFC 6901 pointers, inside lines too; what is required is checked by
``records``, which knows when.
"""

from collections.abc import Mapping
from typing import Any

from orderloom.base.errors import Fault
from orderloom.definition.entity import Entity
from orderloom.definition.field import DEFAULT_CONTEXT, Field, ParseContext
from orderloom.definition.plan import Fields, ParsePlan

Record = dict[str, Any]


def parse_record(
    entity: Entity,
    raw: Mapping[str, Any],
    *,
    partial: bool,
    context: ParseContext = DEFAULT_CONTEXT,
) -> tuple[Record, list[Fault]]:
    """The typed values of a record; when not ``partial``, fields left out are None."""
    record, faults = entity.fields.plan.run(raw, context)
    if not partial:
        record = dict.fromkeys(entity.fields) | record
    return record, faults


def parse_fields(
    fields: Mapping[str, Field], raw: Mapping[str, Any], context: ParseContext = DEFAULT_CONTEXT
) -> tuple[Record, list[Fault]]:
    """The typed values of given fields (an entity's, a line's, an action's parameters)."""
    plan = fields.plan if isinstance(fields, Fields) else ParsePlan(fields)
    return plan.run(raw, context)
