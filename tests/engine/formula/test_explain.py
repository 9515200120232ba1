"""Filters on own columns are plain enough for their indexes."""

import json
from typing import Any

import pytest

from orderloom.access.rights import EntityRights
from orderloom.database import Connection
from orderloom.database.sql import Params
from tests.engine.formula.tables import create
from tests.unit.formula.world import CONTEXT, formula

pytestmark = pytest.mark.asyncio
COUNT = 20_000
FILL = """
insert into t.customer (id, name) select n, 'name ' || n from generate_series(1, 2000) n;
insert into t."order" (id, title, status, qty, price, due, made_at, urgent, owner_id,
  owner_department_id, customer)
select n, 'title ' || n, case n % 100 when 0 then 'open' when 1 then null else 'done' end,
  n, n / 7.0, date '2000-01-01' + n / 10, timestamptz '2020-01-01' + n * interval '1 hour',
  n % 200 = 0, n % 400, n % 300, n % 2000
from generate_series(1, 20000) n;
create index ix_status on t."order" (status);
create index ix_title on t."order" (title);
create index ix_title_c on t."order" (title collate "C");
create index ix_qty on t."order" (qty);
create index ix_price on t."order" (price);
create index ix_due on t."order" (due);
create index ix_made_at on t."order" (made_at);
create index ix_owner on t."order" (owner_id);
create index ix_department on t."order" (owner_department_id);
create index ix_customer on t."order" (customer);
create index ix_name on t.customer (name);
analyze t."order"; analyze t.customer;
"""

SERVED: list[tuple[str, set[str]]] = [
    ('status = "open"', {"ix_status"}),
    ('"open" = status', {"ix_status"}),
    ('status IN ("open", "已关闭")', {"ix_status"}),
    ('NOT status <> "open"', {"ix_status"}),
    ('status = ""', {"ix_status"}),
    ('title = "title 7"', {"ix_title"}),
    ("qty = 7", {"ix_qty"}),
    ("qty IN (1, 2, 3)", {"ix_qty"}),
    ("qty > 19990", {"ix_qty"}),
    ("BETWEEN(qty, 10, 20)", {"ix_qty"}),
    ("NOT (qty < 19990 OR urgent)", {"ix_qty"}),
    ("price < 1.5", {"ix_price"}),
    ('due >= "2005-06-01" AND due < "2005-06-10"', {"ix_due"}),
    ('BETWEEN(due, "2005-06-01", "2005-06-03")', {"ix_due"}),
    ("due >= TODAY()", {"ix_due"}),
    ("due = TODAY()", {"ix_due"}),
    ('made_at >= "2022-04-01" AND made_at < "2022-04-02T12:00"', {"ix_made_at"}),
    ("made_at > NOW()", {"ix_made_at"}),
    ("made_at > NOW() - 0.5", {"ix_made_at"}),
    ("owner_id = CURRENT_USER()", {"ix_owner"}),
    ("owner_department_id IN CURRENT_DEPTS()", {"ix_department"}),
    ('customer IN CURRENT_KEYS("customer")', {"ix_customer"}),
    ("customer = 7", {"ix_customer"}),
    ('customer = "7"', {"ix_customer"}),
    ("owner_id = CURRENT_USER() OR owner_department_id = CURRENT_DEPT()", {"ix_owner", "ix_department"}),
    ('status = "open" AND qty > 19990', {"ix_qty"}),
    ('customer.name = "name 7"', {"ix_name", "ix_customer"}),
]  # fmt: skip
SCOPED: list[tuple[tuple[str, ...], str, set[str]]] = [
    (("owner_id = CURRENT_USER()",), "TRUE", {"ix_owner"}),
    (("owner_department_id IN CURRENT_DEPTS()",), "TRUE", {"ix_department"}),
    (('customer IN CURRENT_KEYS("customer")',), "TRUE", {"ix_customer"}),
    (("owner_id = CURRENT_USER()", "owner_department_id = CURRENT_DEPT()"), "TRUE", {"ix_owner", "ix_department"}),
    (("owner_id = CURRENT_USER()",), 'status = "done"', {"ix_owner"}),
    (('status <> ""',), "qty > 19990", {"ix_qty"}),
    (("NOT (owner_id <> CURRENT_USER())",), "TRUE", {"ix_owner"}),
    (("owner_id = CURRENT_USER() AND NOT urgent",), "TRUE", {"ix_owner"}),
    (('HAS_ROLE("t.clerk") AND owner_id = CURRENT_USER()',), "TRUE", {"ix_owner"}),
]  # fmt: skip
"""Row scopes of several roles together, beside a list's own filter."""
READ_WHOLE = ('status & "" = "open"', 'NOT status = "open"', "qty + 0 = 7")


@pytest.fixture
async def filled(conn: Connection) -> Connection:
    """Twenty thousand orders with indexes."""
    await create(conn)
    await conn.execute(FILL)
    return conn


def used(plan: dict[str, Any]) -> set[str]:
    """The indexes that a plan looks into by a condition, and the tables that it reads whole."""
    found = set().union(*(used(child) for child in plan.get("Plans", ())))
    if "Index Cond" in plan:
        found.add(plan["Index Name"])
    if plan["Node Type"] == "Seq Scan":
        found.add(f"all of {plan['Relation Name']}")
    return found


async def explain(conn: Connection, text: str) -> set[str]:
    params = Params()
    filter_sql = formula(text, usage="filter").sql("a", params.bind, CONTEXT)
    return await plan(conn, filter_sql, params)


async def plan(conn: Connection, filter_sql: str, params: Params) -> set[str]:
    """The indexes that serve a condition."""
    answer = await conn.fetchval(
        f'explain (format json) select a.id from t."order" a where {filter_sql}', *params.values
    )
    plans = json.loads(answer) if isinstance(answer, str) else answer
    return used(plans[0]["Plan"])


async def test_the_index_serves(filled: Connection) -> None:
    found = [(text, await explain(filled, text)) for text, _ in SERVED]
    assert found == SERVED


async def test_the_index_serves_row_scopes(filled: Connection) -> None:
    """As rights are put into a list: one scope or another, and the filter."""
    found = []
    for scopes, text, _ in SCOPED:
        params = Params()
        compiled = tuple(formula(one, usage="scope") for one in scopes)
        rights = EntityRights(name="t.order", flags={}, scopes={"see": compiled})
        scope_sql = rights.predicate("see", "a", params.bind, CONTEXT)
        filter_sql = formula(text, usage="filter").sql("a", params.bind, CONTEXT)
        where_sql = f"({scope_sql}) and ({filter_sql})"
        found.append((scopes, text, await plan(filled, where_sql, params)))
    assert found == SCOPED


async def test_what_no_index_serves_reads_the_table_whole(filled: Connection) -> None:
    """The plans above are no accident: this is what the test would see."""
    for text in READ_WHOLE:
        assert await explain(filled, text) == {"all of order"}
