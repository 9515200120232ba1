"""From the definition to tables: what is created, and that doing it again changes nothing."""

from collections.abc import Iterable

import pytest

from orderloom.database import Connection
from orderloom.definition.app import App
from orderloom.definition.json import from_data
from orderloom.storage.filters import read_filters
from orderloom.storage.state import read_filled, read_state
from orderloom.storage.step import Plan
from orderloom.storage.tables import mismatches, plan
from tests.support.rows import insert
from tests.support.sample_app import data, field, sample

pytestmark = pytest.mark.asyncio


async def planned(conn: Connection, old: App | None, new: App, others: Iterable[App] = ()) -> Plan:
    state = await read_state(conn, new.id)
    state.filled = await read_filled(conn, new.id, mismatches(new, state, others))
    return plan(old, new, state, others, filters=read_filters(new, others))


async def publish(conn: Connection, old: App | None, new: App) -> Plan:
    made = await planned(conn, old, new)
    assert made.obstacles == []
    for statement in made.ddl:
        await conn.execute(statement)
    return made


async def columns(conn: Connection, table: str) -> dict[str, str]:
    rows = await conn.fetch(
        "select column_name, udt_name from information_schema.columns"
        " where table_schema = 'sample' and table_name = $1 order by ordinal_position",
        table,
    )
    return {row["column_name"]: row["udt_name"] for row in rows}


async def indexes(conn: Connection, table: str) -> dict[str, str]:
    rows = await conn.fetch(
        "select indexname, indexdef from pg_indexes"
        " where schemaname = 'sample' and tablename = $1 order by indexname",
        table,
    )
    texts = {row["indexname"]: row["indexdef"].partition(" USING ")[2] for row in rows}
    return {name: text.replace("orderloom.", "") for name, text in texts.items()}


async def keys(conn: Connection, table: str) -> dict[str, str]:
    rows = await conn.fetch(
        "select conname, pg_get_constraintdef(oid) as text from pg_constraint"
        " where conrelid = to_regclass($1) and contype = 'f' order by conname",
        f'sample."{table}"',
    )
    return {row["conname"]: row["text"] for row in rows}


async def test_makes_one_typed_column_per_field(conn: Connection) -> None:
    made = await publish(conn, None, sample())
    assert made.online == []
    assert await columns(conn, "order") == {
        "id": "int8",
        "version": "int8",
        "owner_id": "int8",
        "owner_department_id": "int8",
        "created_at": "timestamptz",
        "created_by": "int8",
        "updated_at": "timestamptz",
        "updated_by": "int8",
        "deleted_at": "timestamptz",
        "deleted_by": "int8",
        "search_text": "text",
        "number": "text",
        "customer": "int8",
        "salesperson": "int8",
        "department": "int8",
        "address": "jsonb",
        "ordered_at": "timestamptz",
        "requested_at": "date",
        "urgent": "bool",
        "rate": "numeric",
        "boxes": "int8",
        "discount": "numeric",
        "remark": "text",
        "state": "text",
        "amount": "numeric",
    }
    assert await columns(conn, "order__lines") == {
        "id": "int8",
        "parent_id": "int8",
        "position": "int8",
        "product": "int8",
        "quantity": "numeric",
        "unit_price": "numeric",
        "amount": "numeric",
    }
    assert (await columns(conn, "customer"))["tags"] == "_text"


async def test_references_are_foreign_keys_and_lines_follow_their_record(conn: Connection) -> None:
    await publish(conn, None, sample())
    found = await keys(conn, "order")
    assert found["fk_order__customer"] == "FOREIGN KEY (customer) REFERENCES sample.customer(id)"
    assert (await keys(conn, "order__lines")) == {
        "fk_order__lines__parent_id": (
            'FOREIGN KEY (parent_id) REFERENCES sample."order"(id) ON DELETE CASCADE'
        ),
        "fk_order__lines__product": "FOREIGN KEY (product) REFERENCES sample.product(id)",
    }
    assert "fk_customer__parent" in await keys(conn, "customer")


async def test_indexes_follow_sorts_filters_scopes_and_references(conn: Connection) -> None:
    await publish(conn, None, sample())
    assert await indexes(conn, "order") == {
        "gt_order__search_text": "gin (search_text gin_trgm_ops)",
        "ix_order__created_at_id": "btree (created_at, id)",
        "ix_order__customer": "btree (customer)",
        "ix_order__owner_department_id_created_at_id": (
            "btree (owner_department_id, created_at, id)"
        ),
        "ix_order__owner_id_created_at_id__with_amount_custom_bcd6261bb5": (
            "btree (owner_id, created_at, id)"
            " INCLUDE (amount, customer, deleted_at, ordered_at, state, urgent)"
        ),
        "ix_order__state_created_at_id": "btree (state, created_at, id)",
        "ix_order__urgent_ordered_at_id": "btree (urgent, ordered_at, id)",
        "order_pkey": "btree (id)",
        "uq_order__number": "btree (number) WHERE (deleted_at IS NULL)",
    }


async def test_doing_it_again_changes_nothing(conn: Connection) -> None:
    app = sample()
    await publish(conn, None, app)
    again = await planned(conn, app, app)
    assert (again.ddl, again.online, again.obstacles) == ([], [], [])


async def test_the_ledger_view_shows_what_can_be_promised(conn: Connection) -> None:
    await publish(conn, None, sample())
    await insert(conn, "product", 1, sku="A-1", name="Bolt", withheld=10, search_text="a-1 bolt")
    await insert(conn, "warehouse", 2, name="Main", search_text="main")
    await conn.execute(
        "insert into orderloom.position (id, account, dim1, dim2, on_hand, available, reserved)"
        " values (5, 'sample.stock', 1, 2, 105, 100, 30), (6, 'other', 1, 2, 1, 1, 0)"
    )
    rows = await conn.fetch("select * from sample.stock")
    assert [
        {
            key: row[key]
            for key in ("id", "product", "warehouse", "on_hand", "reserved", "available")
        }
        for row in rows
    ] == [{"id": 5, "product": 1, "warehouse": 2, "on_hand": 105, "reserved": 30, "available": 60}]
    assert rows[0]["search_text"] == "a-1 bolt main"
    assert rows[0]["deleted_at"] is None


async def test_a_changed_ledger_view_is_made_anew(conn: Connection) -> None:
    old = sample()
    await publish(conn, None, old)
    changed = data()
    del changed["entities"]["stock"]["ledger"]["withheld"]
    new = from_data(changed)
    made = await publish(conn, old, new)
    assert [statement.split('"')[0] for statement in made.ddl] == [
        "drop view ",
        "create view ",
        "comment on view ",
    ]
    assert (await planned(conn, new, new)).ddl == []


async def test_adding_a_field_to_a_full_table_touches_the_catalogue_only(conn: Connection) -> None:
    old = sample()
    await publish(conn, None, old)
    await insert(conn, "customer", 1, code="a", name="b")
    await insert(conn, "order", 1, number="SO-1")
    changed = data()
    changed["entities"]["order"]["fields"]["shipper"] = field("reference", entity="customer")
    made = await publish(conn, old, from_data(changed))
    assert made.ddl == [
        'alter table "sample"."order" add column "shipper" bigint',
        (
            'alter table "sample"."order" add constraint "fk_order__shipper"'
            ' foreign key ("shipper") references "sample"."customer" (id) not valid'
        ),
        'create index "ix_order__shipper" on "sample"."order" ("shipper")',
    ]
    assert [(step.kind, step.statement) for step in made.online] == [
        ("validate", 'alter table "sample"."order" validate constraint "fk_order__shipper"')
    ]


async def test_big_tables_get_their_indexes_online(
    conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = sample()
    await publish(conn, None, old)
    await insert(conn, "order", 1, number="SO-1")
    monkeypatch.setattr("orderloom.storage.state.SMALL", 1)
    changed = data()
    changed["entities"]["order"]["unique"] = [["remark"]]
    made = await planned(conn, old, from_data(changed))
    assert made.ddl == []
    assert [(step.kind, step.entity, step.statement) for step in made.online] == [
        (
            "create_index",
            "order",
            (
                'create unique index concurrently "uq_order__remark" on "sample"."order"'
                ' ("remark") where deleted_at is null'
            ),
        )
    ]


async def test_a_filled_column_is_never_rewritten(conn: Connection) -> None:
    old = sample()
    await publish(conn, None, old)
    changed = data()
    changed["entities"]["order"]["fields"]["boxes"] = field("text")
    new = from_data(changed)
    await insert(conn, "order", 1)
    made = await planned(conn, old, new)
    assert made.obstacles == []
    assert made.ddl[:2] == [
        'alter table "sample"."order" drop column "boxes"',
        'alter table "sample"."order" add column "boxes" text',
    ]
    await conn.execute('update sample."order" set boxes = 5')
    made = await planned(conn, old, new)
    assert [(one.path, one.code, one.params) for one in made.obstacles] == [
        (
            "entities/order/fields/boxes",
            "storage.type_change",
            {"field": "boxes", "old": "bigint", "new": "text"},
        )
    ]


async def test_a_filled_reference_keeps_its_target(conn: Connection) -> None:
    old = sample()
    await publish(conn, None, old)
    changed = data()
    changed["entities"]["order"]["fields"]["customer"] = field("reference", entity="product")
    new = from_data(changed)
    made = await planned(conn, old, new)
    assert made.obstacles == []
    assert made.ddl == [
        'alter table "sample"."order" drop constraint "fk_order__customer"',
        (
            'alter table "sample"."order" add constraint "fk_order__customer" foreign key'
            ' ("customer") references "sample"."product" (id)'
        ),
    ]
    await insert(conn, "customer", 1, code="a")
    await insert(conn, "order", 1, customer=1)
    made = await planned(conn, old, new)
    assert [one.code for one in made.obstacles] == ["storage.target_change"]


async def test_a_dropped_field_is_put_aside_later(conn: Connection) -> None:
    old = sample()
    await publish(conn, None, old)
    changed = data()
    del changed["entities"]["order"]["fields"]["remark"]
    del changed["entities"]["order"]["fields"]["lines"]
    del changed["entities"]["order"]["fields"]["amount"]
    del changed["entities"]["warehouse"]
    del changed["entities"]["stock"]
    changed["views"]["open_orders"]["columns"] = ["number"]
    made = await publish(conn, old, from_data(changed))
    carrying = "ix_order__owner_id_created_at_id__with_"
    assert made.ddl == [
        'drop view "sample"."stock"',
        (
            f'create index "{carrying}deleted_at_or_d5cc7baf4a" on "sample"."order"'
            ' ("owner_id", "created_at", "id")'
            ' include ("deleted_at", "ordered_at", "state", "urgent")'
        ),
    ]
    assert [(step.kind, dict(step.detail)) for step in made.online] == [
        ("trash_column", {"table": "order", "column": "remark"}),
        ("trash_column", {"table": "order", "column": "amount"}),
        ("trash_table", {"table": "order__lines"}),
        ("trash_table", {"table": "warehouse"}),
        ("drop_index", {"table": "order", "name": f"{carrying}amount_custom_bcd6261bb5"}),
    ]


async def test_what_is_in_the_trash_comes_back(conn: Connection) -> None:
    old = sample()
    await publish(conn, None, old)
    await conn.execute('alter table sample."order" rename column remark to "~remark~2"')
    await conn.execute('alter table sample.warehouse rename to "~warehouse~2"')
    changed = data()
    del changed["entities"]["order"]["fields"]["remark"]
    made = await publish(conn, from_data(changed), old)
    assert made.ddl[:2] == [
        'alter table "sample"."order" rename column "~remark~2" to "remark"',
        'alter table "sample"."~warehouse~2" rename to "warehouse"',
    ]


async def test_formulas_of_old_rows_are_filled_in_later(conn: Connection) -> None:
    old = sample()
    await publish(conn, None, old)
    await insert(conn, "order", 1)
    changed = data()
    fields = changed["entities"]["order"]["fields"]
    fields["lines"]["fields"]["amount"]["formula"] = "quantity * unit_price * 2"
    fields["double"] = field("formula", formula="amount * 2", result="money")
    made = await publish(conn, old, from_data(changed))
    assert [(step.kind, step.entity, dict(step.detail)) for step in made.online] == [
        (
            "backfill",
            "order",
            {"fields": [f"sample.order.{key}" for key in ("lines.amount", "amount", "double")]},
        )
    ]
