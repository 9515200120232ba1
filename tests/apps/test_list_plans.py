"""Lists of those who see only their own: read from the index of their row scope, never sorted wide.

The statements are those that the product sends, explained on a table of thousands of orders.
"""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from orderloom.access.sign_in import by_login
from orderloom.records import paging
from orderloom.server import Platform
from tests.apps.conftest import MakePerson

COUNT, SELLERS = 20_000, 100
FILL = """
insert into orders."order" (id, version, owner_id, created_at, updated_at, number, state,
    salesperson, ordered_at, promised_at, amount, search_text)
select g, 1, case g % $1 when 0 then $2::bigint end, t, t, 'SO-' || g,
    (array['draft', 'pending_review', 'approved', 'released', 'exception', 'completed'])
        [g / 7 % 6 + 1],
    case g % $1 when 0 then $2::bigint end, t, t + g % 97 * interval '1 day',
    g * 7907 % 100000 / 10.0, repeat('so-' || g || ' ', 20)
from generate_series(1, $3::bigint) g,
    lateral (select timestamptz '2026-01-01' + g * interval '20 seconds' as t) x
"""
ALL_SEEN = """
select relpages > 0 and relallvisible = relpages from pg_class
where oid = 'orders."order"'::regclass
"""
SCOPE = "ix_order__owner_id_created_at_id__with_"
STATE = {
    "order_exception": "exception",
    "order_release": "approved",
    "order_review": "pending_review",
    "order_ship": "released",
}


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """A plan's nodes, the outermost first."""
    return [plan, *(node for child in plan.get("Plans", ()) for node in nodes(child))]


class Explained:
    """The statements of lists with their plans; fills the table first."""

    def __init__(self, platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
        self.platform = platform
        self.sent: list[tuple[str, list[Any]]] = []
        for name in ("page_sql", "some_sql"):
            monkeypatch.setattr(paging, name, self._keeping(getattr(paging, name)))

    def _keeping(self, build: Callable[..., str]) -> Callable[..., str]:
        def keeping(source: Any, *more: Any) -> str:
            statement = build(source, *more)
            self.sent.append((statement, list(source.params.values)))
            return statement

        return keeping

    async def fill(self, owner: int) -> None:
        async with self.platform.database.session() as conn:
            await conn.execute(FILL, SELLERS, owner, COUNT)
            async with asyncio.timeout(60):  # a vacuum passes over what somebody still looks at
                while not await conn.fetchval(ALL_SEEN):
                    await conn.execute('vacuum analyze orders."order"')

    async def list(self, login: str, **query: Any) -> tuple[Any, list[dict[str, Any]]]:
        """A page, and the nodes of the plan of the last statement built for it."""
        actor = await by_login(self.platform.database, login, "api")
        assert actor is not None
        page = await self.platform.records.read.find("orders.order", actor=actor, **query)
        statement, values = self.sent[-1]
        async with self.platform.database.read() as conn:
            found = await conn.fetchval(f"explain (format json) {statement}", *values)
        return page, nodes((json.loads(found) if isinstance(found, str) else found)[0]["Plan"])


@pytest.fixture
async def explained(
    platform: Platform, make_person: MakePerson, monkeypatch: pytest.MonkeyPatch
) -> Explained:
    """20,000 orders, 1 % of them of the salesperson ``s1``."""
    await make_person("s1", "sales")
    actor = await by_login(platform.database, "s1", "api")
    assert actor is not None
    assert actor.person_id is not None
    found = Explained(platform, monkeypatch)
    await found.fill(actor.person_id)
    return found


def own_scan(found: list[dict[str, Any]]) -> dict[str, Any]:
    """The one node that looks for rows: of the row scope's index alone."""
    [scan] = [node for node in found if node["Node Type"] == "Index Only Scan"]
    assert scan["Index Name"].startswith(SCOPE)
    assert "owner_id" in scan["Index Cond"]
    others = [node for node in found if "Relation Name" in node and node is not scan]
    assert [node.get("Index Name") for node in others] == ["order_pkey"]
    return scan


async def test_the_shipped_views_read_one_index_as_a_salesperson(explained: Explained) -> None:
    views = explained.platform.catalog.app("orders").app.views
    sorted_by_time = set[str]()
    for key, view in sorted(views.items()):
        if view.entity != "order":
            continue
        page, found = await explained.list("s1", filter=view.filter, sort=view.sort)
        wanted = STATE.get(key)
        states = {item["state"] for item in page.items}
        assert states == ({wanted} if wanted else states)
        own_scan(found)
        if all(node["Node Type"] != "Sort" for node in found):
            sorted_by_time.add(key)
        else:  # a sort of narrow rows, of which the page's are read whole
            [sort] = [node for node in found if node["Node Type"] == "Sort"]
            assert sort["Plan Width"] < 50
    assert sorted_by_time == {"order_all", "order_exception", "order_mine", "order_review"}


@pytest.mark.parametrize(
    ("query", "column"),
    [
        ({"sort": "-amount", "filter": 'state = "approved"'}, "amount"),
        ({"sort": "ordered_at", "filter": "amount > 5000"}, "ordered_at"),
        ({"sort": "-promised_at", "filter": 'state IN ("draft", "released")'}, "promised_at"),
    ],
)
async def test_other_sorts_read_the_same_index(
    explained: Explained, query: dict[str, str], column: str
) -> None:
    page, found = await explained.list("s1", limit=20, **query)
    own_scan(found)
    values = [item[column] for item in page.items]
    assert values == sorted(values, reverse=query["sort"].startswith("-"))
    first = values[:]
    after, found = await explained.list("s1", limit=20, cursor=page.next, **query)
    own_scan(found)
    seen = {item["id"] for item in page.items} & {item["id"] for item in after.items}
    assert (len(first), seen) == (20, set())


async def test_whoever_sees_all_reads_a_view_by_its_own_index(explained: Explained) -> None:
    for key, index in (
        ("order_all", "ix_order__created_at_id"),
        ("order_review", "ix_order__state_created_at_id"),
        ("order_ship", "ix_order__state_promised_at_id"),
    ):
        view = explained.platform.catalog.app("orders").app.views[key]
        page, found = await explained.list("owner", filter=view.filter, sort=view.sort)
        assert len(page.items) == 50
        used = [node["Index Name"] for node in found if "Index Name" in node]
        assert used == [index, "order_pkey"]
        assert [node["Node Type"] for node in found if node["Node Type"] == "Sort"] == []


async def test_counts_read_no_table(explained: Explained) -> None:
    page, found = await explained.list("s1", count="estimate", filter='state = "approved"')
    own = range(SELLERS, COUNT + 1, SELLERS)
    assert (page.count, page.estimated) == (sum(g // 7 % 6 == 2 for g in own), False)
    scans = [node for node in found if "Relation Name" in node]
    assert [node["Node Type"] for node in scans] == ["Index Only Scan"]
    assert scans[0]["Index Name"].startswith(SCOPE)
