"""Loading the demo company through the plural path: batches of Commands, like everything else.

Invariant: the same company every time; finished orders are history, open ones are real: their
stock is reserved.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from orderloom.sdk import Actor, Command, DemoKit, clock, ids, round_half_up
from orderloom_apps.orders.demo.catalogue import (
    DEPARTMENTS,
    INACTIVE_EVERY,
    STAFF,
    WAREHOUSES,
    customers,
    products,
)
from orderloom_apps.orders.demo.seasons import PlannedOrder, plan

SEED = "orderloom-demo-1"
ZONE = ZoneInfo("Asia/Shanghai")
BATCH = 500
FINISHED = ("completed", "shipped", "cancelled")
SALES = ("sales1", "sales2", "manager")
CARRIERS = ("顺丰速运", "中通快递", "德邦物流")
ROLES = {
    "owner": "应用管理员",
    "sales": "业务员",
    "manager": "销售经理",
    "director": "销售总监",
    "clerk": "审单员",
    "finance": "财务",
    "warehouse": "仓管员",
    "service": "客服",
    "boss": "决策者",
}
STEPS = {
    "draft": (),
    "exception": ("submit",),
    "pending_review": ("submit",),
    "approved": ("submit", "approve"),
    "released": ("submit", "approve", "release"),
    "part": ("submit", "approve", "release", "ship"),
}


@dataclass(slots=True)
class Made:
    """Ids of what was made, by the demo's own keys."""

    people: dict[str, int] = field(default_factory=dict)
    departments: dict[str, int] = field(default_factory=dict)
    warehouses: dict[str, int] = field(default_factory=dict)
    products: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    customers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)


async def load(kit: DemoKit) -> list[tuple[str, str]]:
    """Load the company once; answers the demo people as (login, role)."""
    people = [(one.login, ROLES[one.roles[0] if one.roles else "owner"]) for one in STAFF]
    if await kit.loaded("orders") is None:
        await _Loader(kit).run()
        await kit.mark("orders", {"seed": SEED})
        await kit.analyse()
    return people


class _Loader:
    """One loading."""

    def __init__(self, kit: DemoKit) -> None:
        self._kit = kit
        self._made = Made()
        self._rng = kit.rng(SEED)
        self._actor = Actor.system("demo")
        self._now = clock.now().astimezone(ZONE)

    async def run(self) -> None:
        """People, master data, stock, a year of orders, and the open ones of these days."""
        await self._warehouses()
        await self._people()
        await self._master_data()
        await self._stock()
        orders = list(plan(self._rng, self._now.date(), len(self._made.customers), 388, len(SALES)))
        numbered = list(self._numbered(orders))
        await self._history([one for one in numbered if one[0].fate in FINISHED])
        await self._open([one for one in numbered if one[0].fate not in FINISHED])

    async def _apply(self, commands: Sequence[Command]) -> list[Any]:
        """Batches of 500; a refusal here is a defect of the demo, so it is loud."""
        results: list[Any] = []
        for start in range(0, len(commands), BATCH):
            batch = await self._kit.records.apply(commands[start : start + BATCH])
            for result in batch:
                if result.problem is not None:
                    raise result.problem
            results.extend(batch)
        return results

    def _create(self, entity: str, values: dict[str, Any], mode: Any = "normal") -> Command:
        return Command(
            kind="create",
            entity=f"orders.{entity}",
            changes={key: value for key, value in values.items() if value is not None},
            actor=self._actor,
            mode=mode,
        )

    async def _warehouses(self) -> None:
        rows: list[dict[str, Any]] = [
            {"code": code, "name": name, "region": region, "is_default": index == 0}
            for index, (code, name, region) in enumerate(WAREHOUSES)
        ]
        results = await self._apply([self._create("warehouse", row) for row in rows])
        self._made.warehouses = {
            row["code"]: result.id for row, result in zip(rows, results, strict=True)
        }

    async def _people(self) -> None:
        self._made.departments = await self._kit.departments(DEPARTMENTS)
        staff = [
            {
                "login": one.login,
                "name": one.name,
                "is_owner": one.is_owner,
                "department_id": self._made.departments[one.department],
                "roles": tuple(
                    (
                        "orders",
                        role,
                        {"warehouse": [self._made.warehouses[one.warehouse]]}
                        if one.warehouse
                        else {},
                    )
                    for role in one.roles
                ),
            }
            for one in STAFF
        ]
        self._made.people = await self._kit.people(staff)

    async def _master_data(self) -> None:
        goods = list(products(self._rng))
        results = await self._apply([self._create("product", row) for row in goods])
        self._made.products = [(result.id, row) for result, row in zip(results, goods, strict=True)]
        firms = []
        for index, row in enumerate(customers(self._rng)):
            owner = self._made.people[SALES[index % len(SALES)]]
            firms.append(row | {"salesperson": str(owner)})
        results = await self._apply([self._create("customer", row) for row in firms])
        self._made.customers = [
            (result.id, row) for result, row in zip(results, firms, strict=True)
        ]
        channels = (("website", "官网商城"), ("phone", "电话订单"))
        await self._apply(
            [self._create("channel", {"code": code, "name": name}) for code, name in channels]
        )

    async def _stock(self) -> None:
        """A third of the goods in every warehouse, all of them in the first."""
        lines: list[dict[str, Any]] = []
        for index, (product, row) in enumerate(self._made.products):
            for place, warehouse in enumerate(self._made.warehouses.values()):
                if place and index % 3:
                    continue
                quantity = self._rng.choice((0, 40, 120, 300, 600)) if place else 900
                if quantity:
                    lines.append(
                        {
                            "product": str(product),
                            "warehouse": str(warehouse),
                            "quantity": str(quantity),
                            "unit_cost": row["cost"],
                        }
                    )
        for start in range(0, len(lines), BATCH):
            await self._apply(
                [
                    Command(
                        kind="action",
                        action="receive",
                        entity="orders.stock",
                        parameters={"lines": lines[start : start + BATCH], "reason": "期初库存"},
                        actor=self._actor,
                    )
                ]
            )

    def _numbered(self, orders: Sequence[PlannedOrder]) -> Any:
        counts: dict[str, int] = {}
        for order in orders:
            day = f"{order.day:%Y%m%d}"
            counts[day] = counts.get(day, 0) + 1
            yield order, f"SO{day}-{counts[day]:06}"

    def _at(self, order: PlannedOrder) -> datetime:
        start = datetime.combine(order.day, time(), ZONE)
        return min(start + timedelta(minutes=order.minute), self._now)

    def _values(self, order: PlannedOrder, number: str) -> dict[str, Any]:
        """The order as a salesperson would key it in."""
        customer, firm = self._made.customers[order.customer]
        lines: list[dict[str, Any]] = []
        for line in order.lines:
            product, row = self._made.products[_active(line.product)]
            price = Decimal(row["price"]) * (100 - line.discount_percent) / 100
            lines.append(
                {
                    "product": str(product),
                    "quantity": str(line.quantity),
                    "unit_price": str(round_half_up(price)),
                    "unit": row["unit"],
                    "tax_rate": "0.13",
                    "warehouse": str(self._warehouse(order, line.product)),
                    "line_type": "goods",
                }
            )
        today = order.day == self._now.date()
        return {
            "number": None if today and order.fate not in FINISHED else number,
            "customer": str(customer),
            "salesperson": firm["salesperson"],
            "ordered_at": self._at(order).isoformat(),
            "promised_at": (order.day + timedelta(days=order.promise_days)).isoformat(),
            "receiver_name": firm["address"]["name"],
            "receiver_phone": "13800138000",
            "address": firm["address"],
            "payment_terms": "monthly" if firm["payment_terms"] == "prepaid" else None,
            "delivery_method": "express",
            "kind": "standard",
            "price_mode": "included",
            "currency": "CNY",
            "lines": lines,
        }

    def _warehouse(self, order: PlannedOrder, product: int) -> int:
        """The warehouse of the customer's region when it keeps the goods, else the first."""
        region = self._made.customers[order.customer][1]["region"]
        for code, _, served in WAREHOUSES[1:]:
            if served == region and product % 3 == 0:
                return self._made.warehouses[code]
        return self._made.warehouses[WAREHOUSES[0][0]]

    async def _history(self, orders: Sequence[tuple[PlannedOrder, str]]) -> None:
        """Finished orders with their shipments and receipts, in their final states."""
        commands: list[Command] = []
        for order, number in orders:
            values = self._values(order, number)
            _finish(order, values)
            commands.append(self._create("order", values, "history"))
        results = await self._apply(commands)
        papers: list[Command] = []
        for (order, _), result in zip(orders, results, strict=True):
            record = result.record
            if order.fate != "cancelled":
                papers.extend(self._shipments(order, record))
            if order.paid and order.fate == "completed":
                papers.append(self._receipt(order, record))
        await self._apply(papers)

    def _shipments(self, order: PlannedOrder, record: dict[str, Any]) -> list[Command]:
        by_place: dict[int, list[dict[str, Any]]] = {}
        for line in record["lines"]:
            by_place.setdefault(line["warehouse"], []).append(line)
        shipped = self._at(order) + timedelta(days=order.lead_days, hours=3)
        delivered = shipped + timedelta(days=2)
        done = order.fate == "completed"
        return [
            self._create(
                "shipment",
                {
                    "order": str(record["id"]),
                    "customer": str(record["customer"]),
                    "warehouse": str(place),
                    "salesperson": str(record["salesperson"]),
                    "state": "delivered" if done else "shipped",
                    "method": "express",
                    "carrier": CARRIERS[record["customer"] % len(CARRIERS)],
                    "waybill_no": f"YD{record['id'] % 10**10:010}",
                    "shipped_at": min(shipped, self._now).isoformat(),
                    "delivered_at": min(delivered, self._now).isoformat() if done else None,
                    "receiver_name": record["receiver_name"],
                    "receiver_phone": record["receiver_phone"],
                    "address": record["address"],
                    "lines": [
                        {
                            "order_line": str(line["id"]),
                            "product": str(line["product"]),
                            "unit": line["unit"],
                            "quantity": str(line["shipped"]),
                        }
                        for line in lines
                    ],
                },
                "history",
            )
            for place, lines in by_place.items()
        ]

    def _receipt(self, order: PlannedOrder, record: dict[str, Any]) -> Command:
        firm = self._made.customers[order.customer][1]
        received = min(self._at(order) + timedelta(days=order.lead_days + 12), self._now)
        return self._create(
            "payment_received",
            {
                "customer": str(record["customer"]),
                "order": str(record["id"]),
                "amount": str(record["amount"]),
                "received_at": received.isoformat(),
                "method": "bank",
                "payer": firm["name"],
                "state": "confirmed",
            },
            "history",
        )

    async def _open(self, orders: Sequence[tuple[PlannedOrder, str]]) -> None:
        """Open orders walk the real way, so that their stock is really reserved."""
        commands = []
        for order, number in orders:
            values = self._values(order, number)
            if order.fate == "exception":
                values["address"] = {"province": "广东省", "detail": "地址待补"}
            commands.append((order, self._create("order", values)))
        results = await self._apply([command for _, command in commands])
        waiting = [
            (order, result.id, list(STEPS[order.fate]))
            for (order, _), result in zip(commands, results, strict=True)
        ]
        latest = {result.id: result.record for result in results}
        while waiting := [one for one in waiting if one[2]]:
            acts = [self._act(latest[id_], steps.pop(0)) for _, id_, steps in waiting]
            done = await self._apply([act for act in acts if act is not None])
            latest |= {result.id: result.record for result in done}

    def _act(self, record: dict[str, Any], action: str) -> Command | None:
        """The next step of an open order; half of its first released line ships."""
        parameters: dict[str, Any] = {}
        if action == "submit":
            parameters["backorder"] = True
        if action == "ship":
            line = next((one for one in record["lines"] if one["released"] > 0), None)
            if line is None:
                return None
            half = max(Decimal(1), line["released"] // 2)
            parameters = {
                "lines": [{"line": str(line["id"]), "quantity": str(half)}],
                "carrier": CARRIERS[0],
                "waybill_no": f"SF{ids.new_id() % 10**10:010}",
            }
        return Command(
            kind="action",
            action=action,
            entity="orders.order",
            id=record["id"],
            parameters=parameters,
            actor=self._actor,
        )


def _active(index: int) -> int:
    """Nobody orders what is switched off."""
    return index - 1 if index % INACTIVE_EVERY == INACTIVE_EVERY - 1 else index


def _finish(order: PlannedOrder, values: dict[str, Any]) -> None:
    """The final state of a finished order and its lines."""
    values["state"] = order.fate
    total = Decimal(0)
    for line in values["lines"]:
        total += round_half_up(Decimal(line["quantity"]) * Decimal(line["unit_price"]))
        if order.fate == "cancelled":
            line["cancelled"] = line["quantity"]
        else:
            line["shipped"] = line["quantity"]
        if order.fate == "completed":
            line["delivered"] = line["quantity"]
    paid = order.paid and order.fate == "completed"
    values["paid"] = str(total) if paid else "0"
    values["payment_state"] = "paid" if paid else "none"
