"""The promise: whichever way a person asks, they meet the same records, and no others.

The oracle is the written rule in SQL of its own: sales see their own, a manager the department,
a keeper one warehouse; everybody else sees all of what they see at all.
"""

import csv
import io
from decimal import Decimal

import pytest

from tests.apps.demo import PEOPLE, Demo, demo

__all__ = ["demo"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

OWN = "a.owner_id = $1"
DEPARTMENT = """a.owner_department_id in (
    with recursive below as (
        select department_id as id from orderloom.person_department where person_id = $1
        union select d.id from orderloom.department d join below b on d.parent_id = b.id
    ) select id from below)"""
KEYS = """(select jsonb_array_elements_text(r.keys -> 'warehouse')::bigint
    from orderloom.person_role r where r.person_id = $1)"""
SHIPPABLE = "a.state in ('released', 'shipped', 'signed', 'completed')"
ALL, NONE = "$1::bigint is not null", None
NAMES = ("order", "customer", "stock", "shipment", "payment_received", "warehouse")
SALES = (OWN, OWN, ALL, OWN, NONE, ALL)
MANAGER = (DEPARTMENT, DEPARTMENT, ALL, DEPARTMENT, ALL, ALL)
KEEPER = (
    (
        f"{SHIPPABLE} and exists (select 1 from orders.order__lines l"
        f" where l.parent_id = a.id and l.warehouse in {KEYS})"
    ),
    ALL,
    f"a.warehouse in {KEYS}",
    f"a.warehouse in {KEYS}",
    NONE,
    f"a.id in {KEYS}",
)
EVERYTHING = (ALL,) * 6
RULES = {
    login: dict(zip(NAMES, EVERYTHING, strict=True))
    for login in ("owner", "director", "clerk", "finance", "boss")
} | {
    "sales1": dict(zip(NAMES, SALES, strict=True)),
    "sales2": dict(zip(NAMES, SALES, strict=True)),
    "manager": dict(zip(NAMES, MANAGER, strict=True)),
    "warehouse": dict(zip(NAMES, KEEPER, strict=True)),
    "warehouse2": dict(zip(NAMES, KEEPER, strict=True)),
    "service": dict(zip(NAMES, (ALL, ALL, ALL, ALL, NONE, ALL), strict=True)),
}
EXPORTS = {
    "owner": NAMES,
    "sales1": ("order", "customer"),
    "sales2": ("order", "customer"),
    "manager": ("order", "customer"),
    "director": ("order", "customer", "stock"),
    "clerk": ("order",),
    "finance": ("order", "customer", "stock", "shipment", "payment_received"),
    "boss": ("order", "customer", "stock", "shipment", "payment_received"),
}
each_person = pytest.mark.parametrize("login", PEOPLE)


async def oracle(demo: Demo, login: str, entity: str, also: str = "true") -> set[str] | None:
    """The ids that the written rule gives; None: not even the entity."""
    rule = RULES[login][entity]
    if rule is None:
        return None
    alive = "true" if entity == "stock" else "a.deleted_at is null"
    statement = f'select a.id from orders."{entity}" a where {alive} and ({rule}) and ({also})'
    return {str(row["id"]) for row in await demo.sql(statement, demo.ids[login])}


async def test_the_rules_tell_people_apart(demo: Demo) -> None:
    sizes = {login: len(await oracle(demo, login, "order") or ()) for login in PEOPLE}
    assert 0 < sizes["warehouse2"] < sizes["owner"]
    assert 0 < sizes["sales1"] < sizes["manager"] < sizes["owner"]
    own = await oracle(demo, "sales1", "order") or set()
    assert not own & (await oracle(demo, "sales2", "order") or set())


@each_person
async def test_lists_counts_and_as_of(demo: Demo, login: str) -> None:
    now = (await demo.sql("select clock_timestamp() as now"))[0]["now"].isoformat()
    for entity in NAMES:
        seen = await oracle(demo, login, entity)
        if seen is None:
            await demo.people[login].call("GET", f"/orders/{entity}", status=404)
            continue
        for params in ({}, {"sort": "id"}, {"as_of": now}):
            pages = await demo.pages(login, entity, fields="id", count="exact", **params)
            ids = [item["id"] for page in pages for item in page["items"]]
            assert sorted(ids) == sorted(seen), (entity, params)
            assert {page["count"] for page in pages} == {len(seen)}, (entity, params)


@each_person
async def test_aggregates(demo: Demo, login: str) -> None:
    for entity in NAMES:
        seen = await oracle(demo, login, entity)
        path = f"/orders/{entity}/query"
        body = {"measures": [{"agg": "count", "as": "n"}]}
        if seen is None:
            await demo.people[login].call("POST", path, body, status=404)
            continue
        answer = await demo.people[login].call("POST", path, body, status=200)
        assert answer["rows"] == [{"n": len(seen)}]
        grouped = {"dimensions": [{"field": "id"}], "limit": 10_000}
        answer = await demo.people[login].call("POST", path, grouped, status=200)
        assert {str(row["id"]) for row in answer["rows"]} == seen
        if entity in ("order", "payment_received") and not login.startswith("warehouse"):
            body = {"measures": [{"name": "amount", "agg": "sum"}]}
            answer = await demo.people[login].call("POST", path, body, status=200)
            total = await demo.sql(
                f'select sum(amount) as t from orders."{entity}" where id = any($1)',
                [int(id_) for id_ in seen],
            )
            assert Decimal(answer["rows"][0]["amount"]) == (total[0]["t"] or 0)


@each_person
async def test_pickers(demo: Demo, login: str) -> None:
    for text in ("科技", "深圳", "C00"):
        pages = await demo.pages(login, "customer", search=text, fields="id")
        like = f"a.name ilike '%{text}%' or a.code ilike '%{text}%'"
        found = {item["id"] for page in pages for item in page["items"]}
        assert found == await oracle(demo, login, "customer", like), text


@each_person
async def test_titles_of_references(demo: Demo, login: str) -> None:
    for entity, key, target in (
        ("shipment", "order", "order"),
        ("shipment", "customer", "customer"),
        ("order", "customer", "customer"),
        ("stock", "warehouse", "warehouse"),
    ):
        seen = await oracle(demo, login, target) or set()
        items, titles = set(), set()
        for page in await demo.pages(login, entity, fields=key):
            items |= {item[key] for item in page["items"]} - {None}
            titles |= page["refs"].get(f"orders.{target}", {}).keys()
        assert titles == items & seen, (entity, key)


@each_person
async def test_one_by_one_with_history(demo: Demo, login: str) -> None:
    api = demo.people[login]
    for entity in NAMES:
        seen = await oracle(demo, login, entity) or set()
        everything = await oracle(demo, "owner", entity) or set()
        for id_ in sorted(seen)[:: max(1, len(seen) // 8)]:
            assert (await api.get(entity, id_))["id"] == id_
            if entity != "stock":
                await api.call("GET", f"/orders/{entity}/{id_}/history", status=200)
        unseen = sorted(everything - seen)
        for id_ in unseen[:: max(1, len(unseen) // 8)]:
            for rest in ("", "/history", "/why"):
                problem = await api.call("GET", f"/orders/{entity}/{id_}{rest}", status=404)
                nobody = await api.call("GET", f"/orders/{entity}/7{rest}", status=404)
                assert problem["code"] == nobody["code"]
                assert problem["detail"] == nobody["detail"]


@each_person
async def test_actions_on_what_one_may_not_know_of(demo: Demo, login: str) -> None:
    unseen = sorted(
        (await oracle(demo, "owner", "order") or set())
        - (await oracle(demo, login, "order") or set())
    )[:3]
    body = {"ids": [*unseen, "7"]}
    for action in ("submit", "approve", "cancel", "copy", "deliver", "ship"):
        path = f"/orders/order/actions/{action}?dry_run=true"
        answer = await demo.people[login].call("POST", path, body, status=200)
        told = {(one["problem"]["code"], one["problem"]["detail"]) for one in answer["results"]}
        assert len(answer["results"]) == len(unseen) + 1
        assert len(told) == 1, (action, told)


@each_person
async def test_exports(demo: Demo, login: str) -> None:
    for entity in NAMES:
        answer = await demo.people[login].raw(
            "GET", f"/orders/{entity}/export", params={"format": "csv", "fields": "id"}
        )
        if entity not in EXPORTS.get(login, ()):
            assert answer.status_code in (403, 404), entity
            continue
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1:]
        assert {row[0] for row in rows} == await oracle(demo, login, entity), entity
