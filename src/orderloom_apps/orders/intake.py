"""Orders from channels: accepted once, whatever the channel repeats, reorders or garbles.

Invariant: every payload leaves an inbox row or finds one; a bad order never fails its neighbours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from orderloom.sdk import (
    Actor,
    Command,
    HookContext,
    Item,
    OrderloomError,
    Record,
    Records,
    Result,
    Search,
    again,
    canonical,
    ids,
)
from orderloom_apps.orders.domain.intake import FIELDS, ChannelOrder, fingerprint, read
from orderloom_apps.orders.errors import OrderInProgressError
from orderloom_apps.orders.hooks.registry import HOOKS

DOOR = "intake"
OPEN = ("draft", "exception")
REOPENED = ("submitted", "pending_review", "approved")
_LONGEST_REASONS = 1000
_ATTEMPTS = 8
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
    against: Sequence[str] = ()
    """Why it contradicts the order that we have, until that is stored."""
    problem: OrderloomError | None = None
    """Why it could not even be kept."""

    @property
    def key(self) -> Key:
        """Shop and external number."""
        return self.order.shop, self.order.external_no

    @property
    def revises(self) -> bool:
        """Whether it is another version of an order that we have."""
        return self.row is not None and self.row["order"] is not None

    @property
    def ended(self) -> bool:
        """Whether there is an answer, and everything behind it is stored."""
        return bool(self.outcome) or self.problem is not None

    def end(self, outcome: str, order_id: int | None, reasons: Sequence[str]) -> None:
        """Note the answer."""
        self.outcome, self.order_id, self.reasons = outcome, order_id, reasons

    def answer(self) -> dict[str, Any] | OrderloomError:
        """The answer of the contract, or the refusal of what could not be kept."""
        if self.problem is not None:
            return self.problem
        order = str(self.order_id) if self.order_id is not None else None
        return {"outcome": self.outcome, "order": order, "reasons": list(self.reasons)}


async def receive(
    records: Records, channel: Record, payloads: Sequence[tuple[Actor, Any]]
) -> list[dict[str, Any] | OrderloomError]:
    """Take in payloads of one channel, each with its sender; one answer each, in order.

    What was cut short is done again here, where it is known what this request has stored itself.
    """
    arrivals = [_arrival(actor, payload) for actor, payload in payloads]
    waiting = list(arrivals)
    while waiting:
        now, waiting = _first_of_each(waiting)
        await again(partial(_take, records, channel, now))
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
    """Every arrival gets its outcome or its refusal; run again, it goes on with the others."""
    customer = await _customer(records, channel)
    for last in (*[False] * (_ATTEMPTS - 1), True):
        todo = [arrival for arrival in arrivals if not arrival.ended]
        if not todo:
            return
        products = await _look_up(records, channel, todo)
        commands = [(arrival, _command(arrival, channel, customer, products)) for arrival in todo]
        wanted = [(arrival, command) for arrival, command in commands if command is not None]
        results = await records.apply([command for _, command in wanted])
        ended = [(arrival, result) for (arrival, _), result in zip(wanted, results, strict=True)]
        _accepted([(arrival, result) for arrival, result in ended if result.ok])
        failed = [(arrival, result) for arrival, result in ended if not result.ok]
        if not last:  # what came in between is found the next time
            failed = [one for one in failed if not _came_in_between(one[1])]
        await _store_failures(records, channel, failed, last=last)


async def _look_up(
    records: Records, channel: Record, arrivals: Sequence[Arrival]
) -> dict[str, int]:
    """Find the inbox rows of the arrivals; answers products by SKU."""
    numbers = [arrival.order.external_no for arrival in arrivals]
    skus = [line.sku for arrival in arrivals for line in arrival.order.lines]
    async with records.database.statements() as conn:
        ctx = records.context(conn)
        mine = {"channel": channel["id"]}
        known, products = await ctx.find(
            Search("orders.intake", "external_no", numbers, mine),
            Search("orders.product", "sku", skus),
        )
        rows = await ctx.load("orders.intake", [id_ for _, id_ in known])
    found = {
        (row["shop"] or "", row["external_no"]): row
        for row in rows.values()
        if row["deleted_at"] is None
    }
    for arrival in arrivals:
        arrival.row = found.get(arrival.key) if arrival.order.external_no else None
    return dict(products)


def _command(
    arrival: Arrival, channel: Record, customer: int, products: Mapping[str, int]
) -> Command | None:
    """What has to be done for an arrival; None when the answer is known already."""
    row = arrival.row
    if row is not None and _known(arrival, row):
        return _conflict(arrival) if arrival.against else None
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
        version=(row or {}).get("version"),
        actor=arrival.actor,
    )


def _known(arrival: Arrival, row: Record) -> bool:
    """Whether the inbox already knows the answer: repeated, ignored, or in conflict."""
    arrival.against = ()
    if row["payload_hash"] == arrival.hash:
        # stored by this request itself, which has not heard of its commit: told as the first time
        outcome = row["outcome"] if row["id"] == arrival.row_id else "repeated"
        arrival.end(outcome, row["order"], _split(row["reasons"]))
        return True
    if row["order"] is None:
        return False
    if arrival.order.revision < (row["revision"] or 0):
        arrival.end("ignored", row["order"], ())
        return True
    newer = arrival.order.revision > (row["revision"] or 0)
    if newer and not arrival.order.faults:
        return False
    arrival.against = arrival.order.faults if newer else ("same_revision_other_content",)
    return True


def _conflict(arrival: Arrival) -> Command:
    """What contradicts the order that we have is kept beside it, for a person to decide."""
    return Command(
        kind="update",
        entity="orders.intake",
        id=(arrival.row or {})["id"],
        changes={"outcome": "conflict", "conflict_payload": arrival.text},
        version=(arrival.row or {})["version"],
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
    await _keep_apart(ctx, items)
    todo: list[tuple[Item, dict[str, Any]]] = []
    for item in items:
        if item.refused:
            continue
        row = item.values()
        text, row["packed"] = row["packed"], None
        if text and "packed" in item.given:
            todo.append((item, ctx.unpack(text)))
    revised = [int(packed["id"]) for _, packed in todo if packed["revises"]]
    orders = await ctx.load("orders.order", revised) if revised else {}
    # the rows and their orders refer to it
    await ctx.load("orders.channel", {item.values()["channel"] for item, _ in todo}, referred=True)
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


async def _keep_apart(ctx: HookContext, items: list[Item]) -> None:
    """Rows without a shop, which no unique set tells apart: the second finds the first."""
    fresh = {
        (item.values()["channel"], item.values()["external_no"]): item
        for item in items
        if item.old is None and item.values()["shop"] is None and item.values()["external_no"]
    }
    if not fresh:
        return
    await ctx.alone(f"orders.intake {channel} {number}" for channel, number in fresh)
    rows = await ctx.select(
        "orders.intake",
        "ISBLANK(shop)",
        values={
            "channel": [channel for channel, _ in fresh],
            "external_no": [number for _, number in fresh],
        },
    )
    for row in rows:
        item = fresh.get((row["channel"], row["external_no"]))
        if item is not None and item.id != row["id"]:
            item.fault("/external_no", "records.not_unique", value=row["external_no"])


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
        row = result.record or {}
        if arrival.against:
            arrival.end("conflict", row["order"], arrival.against)
        elif arrival.order.faults:
            arrival.end("exception", None, arrival.order.faults)
        else:
            arrival.end(row["outcome"], row["order"], _split(row["reasons"]))


async def _store_failures(
    records: Records, channel: Record, failed: Sequence[tuple[Arrival, Result]], *, last: bool
) -> None:
    """What was refused as a whole leaves an inbox row as an exception, in a second transaction."""
    for arrival, result in failed:
        codes = sorted(set(_codes(result)))
        if arrival.revises:
            reasons = [*arrival.against] or codes or ["order_in_progress"]
            answer = ("conflict", (arrival.row or {})["order"], reasons)
            command = _conflict(arrival)
        else:
            reasons = codes or ([result.problem.code] if result.problem else [])
            answer = ("exception", None, reasons)
            command = _exception(arrival, channel, reasons)
        kept = (await records.apply([command]))[0]
        if kept.ok:
            arrival.end(*answer)
        elif last or not _came_in_between(kept):
            arrival.problem = kept.problem


def _exception(arrival: Arrival, channel: Record, reasons: Sequence[str]) -> Command:
    """What could not become an order is kept as it came."""
    values = {
        "payload": arrival.text,
        "payload_hash": arrival.hash,
        "revision": arrival.order.revision,
        "outcome": "exception",
        "reasons": _joined(reasons),
    }
    keys = {
        "channel": str(channel["id"]),
        "shop": arrival.order.shop or None,
        "external_no": arrival.order.external_no or None,
    }
    fresh = arrival.row is None
    return Command(
        kind="create" if fresh else "update",
        entity="orders.intake",
        id=arrival.row_id,
        changes=values | (keys if fresh else {}),
        version=(arrival.row or {}).get("version"),
        actor=arrival.actor,
    )


def _codes(result: Result) -> list[str]:
    return [fault.code for fault in result.problem.errors] if result.problem else []


def _came_in_between(result: Result) -> bool:
    """Whether somebody else stored the inbox row first, or a revision since it was read."""
    changed = result.problem is not None and result.problem.code == "records.version_conflict"
    return changed or "records.not_unique" in _codes(result)


def _split(reasons: str | None) -> list[str]:
    return [reason for reason in (reasons or "").split(",") if reason]


def _joined(reasons: Sequence[str]) -> str:
    """Reasons as an inbox row keeps them."""
    return ",".join(reasons)[:_LONGEST_REASONS]


async def _customer(records: Records, channel: Record) -> int:
    """The customer that the channel's orders are booked to; made once when none is set."""
    if channel["customer"] is not None:
        return int(channel["customer"])
    code = f"channel-{channel['code']}"
    if (found := await _customer_of(records, code)) is not None:
        return found
    command = Command(
        kind="create",
        entity="orders.customer",
        changes={"code": code, "name": channel["name"]},
        actor=Actor.system(DOOR),
    )
    result = (await records.apply([command]))[0]
    found = result.id if result.ok else await _customer_of(records, code)
    if found is None:
        raise result.problem or LookupError(code)
    return found


async def _customer_of(records: Records, code: str) -> int | None:
    async with records.database.read() as conn:
        rows = await records.context(conn).select("orders.customer", "", values={"code": code})
    return int(rows[0]["id"]) if rows else None
