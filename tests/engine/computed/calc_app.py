"""A small app of computed fields that read each other across entities, lines and themselves."""

from copy import deepcopy
from typing import Any

from orderloom.access.actor import Actor
from orderloom.database import Database
from orderloom.definition.app import App
from orderloom.definition.json import from_data
from orderloom.publish.publisher import Publisher
from orderloom.records.command import Command, Record, Result
from orderloom.records.hooks import Registry
from orderloom.records.service import Records
from orderloom.storage.live import Catalog
from tests.support.sealing import seal_all


def label(text: str) -> dict[str, str]:
    return {"zh-CN": f"{text}（中）", "en": text}


def kind(name: str, **settings: Any) -> dict[str, Any]:
    return {"kind": name, "label": label(name), **settings}


def options(*keys: str) -> list[dict[str, Any]]:
    return [{"key": key, "label": label(key)} for key in keys]


def entity(title: str, rank: int, /, **fields: Any) -> dict[str, Any]:
    return {"label": label(title), "title": "name", "rank": rank, "fields": fields}


def rollup(aggregate: str, of: str, by: str, result: str, **settings: Any) -> dict[str, Any]:
    return kind("rollup", entity=of, by=by, aggregate=aggregate, result=result, **settings)


LIVE = 'state <> "void"'
CALC: dict[str, Any] = {
    "id": "calc",
    "label": label("Calc"),
    "entities": {
        "region": entity(
            "Region",
            1,
            name=kind("text"),
            rate=kind("number"),
            sales=rollup("sum", "customer", "region", "money", expression="total"),
        ),
        "product": entity(
            "Product",
            2,
            name=kind("text"),
            unit=kind("text"),
            sold=rollup(
                "sum",
                "deal",
                "lines.product",
                "number",
                expression="quantity",
                condition="deal.state <> 'void'".replace("'", '"'),
            ),
        ),
        "customer": entity(
            "Customer",
            3,
            name=kind("text"),
            level=kind("choice", options=options("a", "b")),
            region=kind("reference", entity="region"),
            parent=kind("reference", entity="customer"),
            total=rollup("sum", "deal", "customer", "money", expression="amount", condition=LIVE),
            deals=rollup("count", "deal", "customer", "integer", condition=LIVE),
            last=rollup("max", "deal", "customer", "date", expression="day"),
            heads=rollup("count", "customer", "parent", "integer"),
            parent_name=kind("lookup", path="parent.name", result="text"),
            rate=kind("lookup", path="region.rate", result="number"),
            score=kind("formula", formula="total * rate", result="number"),
            seen=rollup("sum", "deal", "customer", "money", expression="amount", mode="read"),
            large=kind("formula", formula="seen > 100", result="boolean", mode="read"),
            today=kind("formula", formula="TODAY()", result="date", mode="read"),
            mine=kind(
                "formula", formula="created_by = CURRENT_USER()", result="boolean", mode="read"
            ),
        ),
        "deal": entity(
            "Deal",
            4,
            name=kind("text"),
            customer=kind("reference", entity="customer"),
            state=kind("choice", options=options("open", "void"), default="open"),
            day=kind("date"),
            level=kind("lookup", path="customer.level", result="choice", options=options("a", "b")),
            net=kind(
                "formula", formula='IF(customer.level = "a", amount * 0.9, amount)', result="money"
            ),
            amount=kind("formula", formula="SUM(lines.amount)", result="money"),
            lines=kind(
                "lines",
                fields={
                    "product": kind("reference", entity="product"),
                    "quantity": kind("number"),
                    "price": kind("money"),
                    "amount": kind("formula", formula="quantity * price", result="money"),
                    "unit": kind("lookup", path="product.unit", result="text"),
                    "unit_seen": kind("lookup", path="product.unit", result="text", mode="read"),
                },
            ),
        ),
        "visit": entity(
            "Visit",
            5,
            name=kind("text"),
            customer=kind("reference", entity="customer"),
            customer_total=kind("lookup", path="customer.total", result="money"),
        ),
    },
    "roles": {
        "clerk": {
            "label": label("Clerk"),
            "grants": {
                "customer": {"see": True, "fields": {"level": "hidden", "seen": "hidden"}},
                "deal": {"see": True, "create": True, "edit": True},
            },
        }
    },
}


def data() -> dict[str, Any]:
    return deepcopy(CALC)


def calc() -> App:
    return from_data(data())


SYSTEM = Actor.system("test")


class Calc:
    """The app's records behind their door."""

    def __init__(self, database: Database, records: Records, publisher: Publisher) -> None:
        self.database = database
        self.records = records
        self.publisher = publisher

    async def tell(
        self, command: str, name_: str, id_: int | None = None, /, **given: Any
    ) -> Result:
        results = await self.records.apply(
            [Command(kind=command, entity=f"calc.{name_}", id=id_, actor=SYSTEM, changes=given)]  # type: ignore[arg-type] # a kind
        )
        return results[0]

    async def make(self, kind_: str, /, **given: Any) -> int:
        result = await self.tell("create", kind_, **given)
        assert result.ok, result.problem
        return result.id or 0

    async def change(self, name_: str, id_: int, /, **given: Any) -> None:
        result = await self.tell("update", name_, id_, **given)
        assert result.ok, result.problem

    async def record(self, name: str, id_: int, **asked: Any) -> Record:
        page = await self.records.get(f"calc.{name}", id_, actor=SYSTEM, **asked)
        return page.items[0]

    async def deal(self, customer: int, *pairs: tuple[str, str], **given: Any) -> int:
        lines = [{"quantity": quantity, "price": price} for quantity, price in pairs]
        return await self.make("deal", customer=str(customer), lines=lines, **given)


async def sealed(calc: Calc) -> None:
    """Seal everything that was written."""
    await seal_all(calc.database)


async def install(database: Database) -> None:
    """Publish the app."""
    await Publisher(database, Catalog(database)).publish_app(calc(), actor_id=None)


async def open_calc(database: Database) -> Calc:
    """The published app."""
    catalog = Catalog(database)
    await catalog.load_all()
    records = Records(database=database, catalog=catalog, registry=Registry([]))
    return Calc(database, records, Publisher(database, catalog))
