"""A small company to test with: made through the doors that a user has."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx

from tests.support.sealing import seal_all

JSON = dict[str, Any]


@dataclass
class Api:
    """One person's client: asserts the status and answers JSON."""

    client: httpx.AsyncClient
    headers: dict[str, str] = field(default_factory=dict)

    async def call(
        self, method: str, path: str, body: Any = None, *, status: int | None = None, **more: Any
    ) -> Any:
        """Send a request below /api/v1 and check its status when one is expected."""
        headers = self.headers | more.pop("headers", {})
        answer = await self.client.request(
            method, f"/api/v1{path}", json=body, headers=headers, **more
        )
        if status is not None:
            assert answer.status_code == status, (path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    async def raw(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """Send a request and answer the response itself."""
        headers = self.headers | more.pop("headers", {})
        return await self.client.request(
            method, f"/api/v1{path}", json=body, headers=headers, **more
        )

    async def create(self, entity: str, **values: Any) -> JSON:
        """Create one record of the orders app."""
        return await self.call("POST", f"/orders/{entity}", values, status=201)

    async def get(self, entity: str, id_: str) -> JSON:
        """Read one record."""
        return await self.call("GET", f"/orders/{entity}/{id_}", status=200)

    async def act(self, order: JSON | str, action: str, *, status: int = 200, **body: Any) -> JSON:
        """Run an action on an order."""
        id_ = order if isinstance(order, str) else order["id"]
        return await self.call("POST", f"/orders/order/{id_}/actions/{action}", body, status=status)

    async def items(self, entity: str, **params: Any) -> list[JSON]:
        """All records of a list (first page of 500)."""
        page = await self.call(
            "GET", f"/orders/{entity}", status=200, params={"limit": 500, **params}
        )
        return page["items"]


@dataclass
class Company:
    """Ids of a warehouse, customers and products, and the owner's client."""

    owner: Api
    warehouse: str
    customer: str
    products: list[str]

    async def receive(self, product: str, quantity: int, warehouse: str | None = None) -> None:
        """Put stock into a warehouse."""
        line = {
            "product": product,
            "warehouse": warehouse or self.warehouse,
            "quantity": str(quantity),
            "unit_cost": "5",
        }
        await self.owner.call(
            "POST", "/orders/stock/actions/receive", {"lines": [line]}, status=200
        )

    async def stock(self, product: str) -> tuple[Decimal, Decimal, Decimal]:
        """On hand, reserved and available of a product over all warehouses."""
        rows = await self.owner.items("stock", filter=f'product = "{product}"')
        return tuple(  # type: ignore[return-value] # three of them
            sum((Decimal(row[key]) for row in rows), Decimal(0))
            for key in ("on_hand", "reserved", "available")
        )

    async def order(
        self, lines: Sequence[tuple[str, int]], *, api: Api | None = None, **more: Any
    ) -> JSON:
        """A draft order over (product, quantity) lines with a complete address."""
        values = {
            "customer": self.customer,
            "receiver_name": "收货部",
            "receiver_phone": "13800138000",
            "address": {
                "province": "广东省",
                "city": "深圳市",
                "district": "南山区",
                "detail": "科技路1号",
            },
            "lines": [{"product": p, "quantity": str(q)} for p, q in lines],
        } | more
        return await (api or self.owner).create("order", **values)


async def found_company(owner: Api, products: int = 3) -> Company:
    """A warehouse, a customer and some products at 10.00."""
    warehouse = await owner.create("warehouse", code="W1", name="一号仓", is_default=True)
    customer = await owner.create("customer", code="K1", name="深圳广联电子有限公司")
    rows = [
        {"sku": f"S{index}", "name": f"商品{index}", "unit": "个", "price": "10.00"}
        for index in range(products)
    ]
    made = await owner.call("POST", "/orders/product", rows, status=201)
    return Company(owner, warehouse["id"], customer["id"], [item["id"] for item in made["items"]])


async def sealed(platform: Any) -> None:
    """Seal everything that was written."""
    await seal_all(platform.database)


async def at_once(*calls: Any) -> list[Any]:
    """Run calls at the same instant: all wait at a barrier first."""
    gate = asyncio.Event()

    async def wait(call: Any) -> Any:
        await gate.wait()
        return await call

    tasks = [asyncio.create_task(wait(call)) for call in calls]
    await asyncio.sleep(0)
    gate.set()
    return await asyncio.gather(*tasks)
