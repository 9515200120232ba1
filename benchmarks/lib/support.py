"""What the benchmarks share: a platform of their own, a small company, and a way to print."""

import asyncio
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from orderloom.access.actor import Actor
from orderloom.base.settings import Settings
from orderloom.cli.serving import quiet_logs
from orderloom.records.command import Command
from orderloom.server import Platform, open_platform
from orderloom_apps.orders.package import PACKAGE

SYSTEM = Actor.system("bench")
ADDRESS = {"province": "广东省", "city": "深圳市", "district": "南山区", "detail": "科技路1号"}


@asynccontextmanager
async def platform() -> AsyncIterator[Platform]:
    """A platform with the orders app on a fresh embedded database."""
    quiet_logs()
    folder = Path(tempfile.mkdtemp(prefix="bench"))
    opened = await open_platform(Settings(data_dir=folder, pool_size=32), [PACKAGE])
    try:
        yield opened
    finally:
        await opened.close()
        shutil.rmtree(folder, ignore_errors=True)


async def create(found: Platform, entity: str, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Make records as the system; answers their ids."""
    results = await found.records.apply(
        [Command(kind="create", entity=entity, actor=SYSTEM, changes=row) for row in rows]
    )
    problems = [one.problem for one in results if one.problem is not None]
    if problems:
        raise problems[0]
    return [one.id or 0 for one in results]


async def company(found: Platform, products: int = 400) -> tuple[int, int, list[int]]:
    """A warehouse, a customer and products with a million of each in stock."""
    (warehouse,) = await create(
        found, "orders.warehouse", [{"code": "W", "name": "仓", "is_default": True}]
    )
    (customer,) = await create(found, "orders.customer", [{"code": "K", "name": "客户"}])
    goods = await create(
        found,
        "orders.product",
        [
            {"sku": f"S{index}", "name": f"商品{index}", "unit": "个", "price": "10.00"}
            for index in range(products)
        ],
    )
    lines = [
        {"product": str(one), "warehouse": str(warehouse), "quantity": "1000000"} for one in goods
    ]
    received = await found.records.apply(
        [
            Command(
                kind="action",
                entity="orders.stock",
                actor=SYSTEM,
                action="receive",
                parameters={"lines": lines},
            )
        ]
    )
    if received[0].problem is not None:
        raise received[0].problem
    return warehouse, customer, goods


def order_of(customer: int, goods: Sequence[int], start: int, lines: int = 5) -> dict[str, Any]:
    """A complete order over a window of the goods."""
    return {
        "customer": str(customer),
        "receiver_name": "收货部",
        "receiver_phone": "13800138000",
        "address": ADDRESS,
        "lines": [
            {"product": str(goods[(start * lines + at) % len(goods)]), "quantity": "2"}
            for at in range(lines)
        ],
    }


async def rate(
    work: Callable[[int], Awaitable[object]], count: int, clients: int
) -> tuple[float, list[float]]:
    """Run ``work(index)`` ``count`` times over some clients; per second, and each one's seconds."""
    waiting = iter(range(count))
    took: list[float] = []

    async def client() -> None:
        for index in waiting:
            started = time.perf_counter()
            await work(index)
            took.append(time.perf_counter() - started)

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return count / (time.perf_counter() - began), sorted(took)


def spread(took: Sequence[float]) -> str:
    """Median and 95th percentile in milliseconds."""
    return f"P50 {statistics.median(took) * 1000:.1f} ms, P95 {_part(took, 0.95) * 1000:.1f} ms"


def _part(took: Sequence[float], share: float) -> float:
    return took[min(len(took) - 1, int(len(took) * share))]
