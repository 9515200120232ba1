"""Which actions may run on a record now, and the reason when one may not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from orderloom.access.actor import Actor, formula_context
from orderloom.access.rights import EntityRights
from orderloom.base import clock
from orderloom.records.command import Record
from orderloom.records.plan import EntityPlan


@dataclass(frozen=True, kw_only=True, slots=True)
class Availability:
    """Whether an action may run; otherwise the code and parameters of the reason."""

    allowed: bool
    code: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)


ALLOWED = Availability(allowed=True)


def of(
    plan: EntityPlan, rights: EntityRights, actor: Actor, records: Mapping[int, Record]
) -> dict[int, dict[str, Availability]]:
    """The record-scope actions that the actor's grants include, by record id."""
    return {
        id_: {
            key: _judge(plan, key, actor, record)
            for key, action in plan.entity.actions.items()
            if action.scope == "record" and rights.may_act(key)
        }
        for id_, record in records.items()
    }


def _judge(plan: EntityPlan, key: str, actor: Actor, record: Record) -> Availability:
    action = plan.entity.actions[key]
    state_key = plan.state_key
    state = record.get(state_key) if state_key else None
    if action.from_ is not None and state not in action.from_:
        return _not_now(plan, key, state)
    when = plan.action_whens.get(key)
    if when is not None:
        context = formula_context(actor, clock.now())
        if when.python(context)(record, _nothing) is not True:
            return _not_now(plan, key, state)
    return ALLOWED


def _not_now(plan: EntityPlan, key: str, state: str | None) -> Availability:
    return Availability(
        allowed=False,
        code="records.action_not_now",
        params={
            "action": key,
            "state": state,
            "action_label": plan.entity.actions[key].label,
            "state_label": plan.state_label(state),
        },
    )


def _nothing(_entity: str, _id: int) -> None:
    return None
