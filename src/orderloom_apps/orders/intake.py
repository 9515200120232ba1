"""Orders from channels: accepted once, whatever the channel repeats, reorders or garbles.

Invariant: every payload leaves an inbox row or finds one; a bad order never fails its neighbours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from orderloom.sdk import Actor, Command, HookContext, Item, Record, Records, Result, canonical, ids
from orderloom_apps.orders.domain.intake import FIELDS, ChannelOrder, fingerprint, read
from orderloom_apps.orders.errors import OrderInProgressError
from orderloom_apps.orders.hooks.registry import HOOKS

DOOR = "intake"
OPEN = ("draft", "exception")
REOPENED = ("submitted", "pending_review", "approved")
_LONGEST_REASONS = 1000
Key = tuple[str, str]


@dataclass(slots=True)
class Arrival:
    """One payload on its way to an answer."""

    actor: Actor
    order: ChannelOrder
    text: str
    hash: str
    row: Record | None = None
    row_id: int = 0
    order_id: int | None = None
    outcome: str = ""
    reasons: Sequence[str] = ()

    @property
    def key(self) -> Key:
        """Shop and external number."""
        return self.order.shop, self.order.external_no

    @property
    def revises(self) -> bool:
        """Whether it is another version of an order that we have."""
        return self.row is not None and self.row["order"] is not None

    def answer(self) -> dict[str, Any]:
        """The answer of the contract."""
        order = str(self.order_id) if self.order_id is not None else None
        return {"outcome": self.outcome, "order": order, "reasons": list(self.reasons)}


async def receive(
    records: Records, channel: Record, payloads: Sequence[tuple[Actor, Any]]
) -> list[dict[str, Any]]:
    """Take in payloads of one channel, each with its sender; one answer each, in order."""
    arrivals = [_arrival(actor, payload) for actor, payload in payloads]
    waiting = list(arrivals)
    while waiting:
        now, waiting = _first_of_each(waiting)
        await _take(records, channel, now)
    return [arrival.answer() for arrival in arrivals]


def _arrival(actor: Actor, payload: Any) -> Arrival:
    text = canonical(payload)
    return Arrival(actor=actor, order=read(payload), text=text, hash=fingerprint(text))


def _first_of_each(arrivals: list[Arrival]) -> tuple[list[Arrival], list[Arrival]]:
    """Arrivals of one external number are taken one after the other."""
    seen: set[Key] = set()
    now: list[Arrival] = []
    later: list[Arrival] = []
    for arrival in arrivals:
        keyed = bool(arrival.order.external_no)
        (later if keyed and arrival.key in seen else now).append(arrival)
        if keyed:
            seen.add(arrival.key)
    return now, later


async def _take(records: Records, channel: Record, arrivals: Sequence[Arrival]) -> None:
    customer = await _customer(records, channel)
    for last in (False, True):
        todo = [arrival for arrival in arrivals if not arrival.outcome]
        if not todo:
            return
        products = await _look_up(records, channel, todo)
        commands = [(arrival, _command(arrival, channel, customer, products)) for arrival in todo]
        wanted = [(arrival, command) for arrival, command in commands if command is not None]
        results = await records.apply([command for _, command in wanted])
        ended = [(arrival, result) for (arrival, _), result in zip(wanted, results, strict=True)]
        _accepted([(arrival, result) for arrival, result in ended if result.ok])
        failed = [(arrival, result) for arrival, result in ended if not result.ok]
        if not last:  # an inbox row that came in between is found the second time
            failed = [one for one in failed if "records.not_unique" not in _codes(one[1])]
        await _store_failures(records, channel, failed)


async def _look_up(
    records: Records, channel: Record, arrivals: Sequence[Arrival]
) -> dict[str, int]:
    """Find the inbox rows of the arrivals; answers products by SKU."""
    numbers = [arrival.order.external_no for arrival in arrivals]
    skus = [line.sku for arrival in arrivals for line in arrival.order.lines]
    async with records.database.statements() as conn:
        ctx = records.context(conn)
        rows = await ctx.select(
            "orders.intake", "", values={"channel": channel["id"], "external_no": numbers}
        )
        products = await ctx.select("orders.product", "", limit=10_000, values={"sku": skus})
    found = {(row["shop"] or "", row["external_no"]): row for row in rows}
    for arrival in arrivals:
        arrival.row = found.get(arrival.key) if arrival.order.external_no else None
    return {row["sku"]: row["id"] for row in products}


def _command(
    arrival: Arrival, channel: Record, customer: int, products: Mapping[str, int]
) -> Command | None:
    """What has to be done for an arrival; None when the answer is known already."""
    row = arrival.row
    if row is not None and _known(arrival, row):
        return _conflict(arrival) if arrival.outcome == "conflict" else None
    arrival.row_id = row["id"] if row is not None else ids.new_id()
    values: dict[str, Any] = {
        "payload": arrival.text,
        "payload_hash": arrival.hash,
        "revision": arrival.order.revision,
        "outcome": "exception" if arrival.order.faults else "accepted",
        "reasons": _joined(arrival.order.faults) or None,
    }
    if arrival.order.faults:
        arrival.reasons = arrival.order.faults
    else:
        arrival.order_id = (row or {}).get("order") or ids.new_id()
    if row is not None and row["conflict_payload"] is not None:
        values["conflict_payload"] = None
    if row is None:
        values |= {
            "channel": str(channel["id"]),
            "shop": arrival.order.shop or None,
            "external_no": arrival.order.external_no or None,
        }
    return Command(
        kind="create" if row is None else "update",
        entity="orders.intake",
        id=arrival.row_id,
        changes=values | _order_values(arrival, channel, customer, products),
        actor=arrival.actor,
    )


def _known(arrival: Arrival, row: Record) -> bool:
    """Whether the inbox already knows the answer: repeated, ignored, or in conflict."""
    arrival.order_id = row["order"]
    reasons = [reason for reason in (row["reasons"] or "").split(",") if reason]
    if row["payload_hash"] == arrival.hash:
        arrival.outcome, arrival.reasons = "repeated", reasons
        return True
    if row["order"] is None:
        return False
    if arrival.order.revision < (row["revision"] or 0):
        arrival.outcome = "ignored"
        return True
    newer = arrival.order.revision > (row["revision"] or 0)
    if newer and not arrival.order.faults:
        return False
    arrival.outcome = "conflict"
    arrival.reasons = arrival.order.faults if newer else ("same_revision_other_content",)
    return True


def _conflict(arrival: Arrival) -> Command:
    """What contradicts the order that we have is kept beside it, for a person to decide."""
    return Command(
        kind="update",
        entity="orders.intake",
        id=(arrival.row or {})["id"],
        changes={"outcome": "conflict", "conflict_payload": arrival.text},
        actor=arrival.actor,
    )


def _order_values(
    arrival: Arrival, channel: Record, customer: int, products: Mapping[str, int]
) -> dict[str, Any]:
    """The order as the inbox hook will make it, packed beside the row."""
    if arrival.order.faults or arrival.order_id is None:
        return {}
    lines: list[dict[str, Any]] = []
    for line in arrival.order.lines:
        found = products.get(line.sku)
        values = {
            "product": str(found) if found else None,
            "raw_goods": None if found else line.sku,
            "quantity": str(line.quantity),
            "unit_price": str(line.unit_price),
            "discount": str(line.discount) if line.discount is not None else None,
            "external_line_no": line.external_line_no,
        }
        lines.append({key: value for key, value in values.items() if value is not None})
    if arrival.order.freight:
        freight = str(arrival.order.freight)
        lines.append(
            {"line_type": "charge", "raw_goods": "运费", "quantity": "1", "unit_price": freight}
        )
    order = dict(arrival.order.fields) | {
        "external_revision": arrival.order.revision,
        "lines": lines,
    }
    if arrival.revises:
        order = dict.fromkeys(FIELDS) | order
    else:
        order |= _origin(arrival, channel, customer)
    payable = str(arrival.order.payable) if arrival.order.payable is not None else None
    packed = {"id": str(arrival.order_id), "order": order, "payable": payable}
    return {"packed": canonical(packed | {"revises": arrival.revises})}


def _origin(arrival: Arrival, channel: Record, customer: int) -> dict[str, Any]:
    """Where a new order comes from; revisions leave it as it is, or as a clerk mended it."""
    origin = {
        "customer": str(customer),
        "channel": str(channel["id"]),
        "shop": arrival.order.shop or None,
        "external_no": arrival.order.external_no,
        "price_mode": channel["price_mode"] or "included",
    }
    if channel["warehouse"]:
        origin["warehouse"] = str(channel["warehouse"])
    return origin


@HOOKS.before("intake")
async def make_order(ctx: HookContext, items: list[Item]) -> None:
    """An accepted inbox row makes or changes its order and submits it, in the row's transaction."""
    todo: list[tuple[Item, dict[str, Any]]] = []
    for item in items:
        row = item.values()
        text, row["packed"] = row["packed"], None
        if text and "packed" in item.given:
            todo.append((item, ctx.unpack(text)))
    revised = [int(packed["id"]) for _, packed in todo if packed["revises"]]
    orders = await ctx.load("orders.order", revised) if revised else {}
    await ctx.load("orders.channel", {item.values()["channel"] for item, _ in todo})
    for item, packed in todo:
        if packed["revises"]:
            _revise(ctx, item, packed, orders.get(int(packed["id"]), {}))
        else:
            _do(item, packed, "create", changes=packed["order"])
        parameters = {"intake": str(item.id), "payable": packed["payable"]}
        given = {key: value for key, value in parameters.items() if value is not None}
        if packed["revises"]:
            given |= {"revised": True}
        _do(item, packed, "action", action="submit", parameters=given)


def _revise(ctx: HookContext, item: Item, packed: Mapping[str, Any], order: Record) -> None:
    """A newer revision changes an order that the warehouse has not got; its promises first."""
    state = order.get("state")
    if state not in (*OPEN, *REOPENED):
        label = ctx.plans.of("orders.order").state_label(state)
        item.refuse(OrderInProgressError(state=label))
        return
    if state in REOPENED:
        reason = f"revision {packed['order']['external_revision']}"
        _do(item, packed, "action", action="reopen", parameters={"reason": reason})
    _do(item, packed, "update", changes=packed["order"])


def _do(
    item: Item,
    packed: Mapping[str, Any],
    kind: Literal["create", "update", "action"],
    **more: Any,
) -> None:
    """One step on the order, by the system."""
    actor = Actor.system(DOOR)
    item.follow(
        Command(kind=kind, entity="orders.order", id=int(packed["id"]), actor=actor, **more)
    )


def _accepted(ended: Sequence[tuple[Arrival, Result]]) -> None:
    """What became of the orders decides between accepted, updated and exception."""
    for arrival, result in ended:
        if arrival.outcome:
            continue
        if arrival.order.faults:
            arrival.outcome = "exception"
            continue
        row = result.record or {}
        arrival.outcome, arrival.order_id = row["outcome"], row["order"]
        arrival.reasons = [reason for reason in (row["reasons"] or "").split(",") if reason]


async def _store_failures(
    records: Records, channel: Record, failed: Sequence[tuple[Arrival, Result]]
) -> None:
    """What was refused as a whole leaves an inbox row as an exception, in a second transaction."""
    for arrival, result in failed:
        codes = _codes(result)
        if arrival.revises:
            arrival.outcome, arrival.order_id = "conflict", (arrival.row or {})["order"]
            arrival.reasons = sorted(set(codes)) or ("order_in_progress",)
            await records.apply([_conflict(arrival)])
            continue
        reasons = codes or ([result.problem.code] if result.problem else [])
        arrival.outcome, arrival.order_id = "exception", None
        arrival.reasons = sorted(set(reasons))
        values = {
            "payload": arrival.text,
            "payload_hash": arrival.hash,
            "revision": arrival.order.revision,
            "outcome": "exception",
            "reasons": _joined(arrival.reasons),
        }
        keys = {
            "channel": str(channel["id"]),
            "shop": arrival.order.shop or None,
            "external_no": arrival.order.external_no or None,
        }
        fresh = arrival.row is None
        await records.apply(
            [
                Command(
                    kind="create" if fresh else "update",
                    entity="orders.intake",
                    id=None if fresh else arrival.row_id,
                    changes=values | (keys if fresh else {}),
                    actor=arrival.actor,
                )
            ]
        )


def _codes(result: Result) -> list[str]:
    return [fault.code for fault in result.problem.errors] if result.problem else []


def _joined(reasons: Sequence[str]) -> str:
    """Reasons as an inbox row keeps them."""
    return ",".join(reasons)[:_LONGEST_REASONS]


async def _customer(records: Records, channel: Record) -> int:
    """The customer that the channel's orders are booked to; made once when none is set."""
    if channel["customer"] is not None:
        return int(channel["customer"])
    code = f"channel-{channel['code']}"
    async with records.database.read() as conn:
        rows = await records.context(conn).select("orders.customer", "", values={"code": code})
    if rows:
        return int(rows[0]["id"])
    result = (
        await records.apply(
            [
                Command(
                    kind="create",
                    entity="orders.customer",
                    changes={"code": code, "name": channel["name"]},
                    actor=Actor.system(DOOR),
                )
            ]
        )
    )[0]
    if result.id is None:
        return await _customer(records, channel)
    return result.id
