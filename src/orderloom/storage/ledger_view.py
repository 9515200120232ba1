"""Ledger entities: read views over the positions of an account.

Invariant: what the view calls available is what can be promised: stock on hand and available, less
what is reserved and what is withheld.
"""

import hashlib
from dataclasses import dataclass

from orderloom.database.sql import ident
from orderloom.definition.app import App
from orderloom.definition.entity import Entity, Ledger
from orderloom.definition.model import full_name

QUANTITIES = ("on_hand", "reserved", "available")
"""The number fields that a ledger entity may declare besides its dimensions."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerView:
    """The statement of a view, and its identity."""

    statement: str
    digest: str


def ledger_views(app: App) -> dict[str, LedgerView]:
    """The views of an app's ledger entities by name."""
    return {
        entity.id: _view(app, entity, entity.ledger)
        for entity in app.entities.values()
        if entity.ledger is not None
    }


def _view(app: App, entity: Entity, ledger: Ledger) -> LedgerView:
    columns = [
        "p.id",
        "p.version::bigint as version",
        "null::bigint as owner_id",
        "null::bigint as owner_department_id",
        "p.created_at",
        "null::bigint as created_by",
        "p.updated_at",
        "null::bigint as updated_by",
        "null::timestamptz as deleted_at",
        "null::bigint as deleted_by",
    ]
    joins: list[str] = []
    searched: list[str] = []
    for number, key in enumerate(ledger.dimensions, start=1):
        columns.append(f"p.dim{number} as {ident(key)}")
        target = entity.fields[key].target
        if target is not None:
            table_sql = ident(*full_name(app.id, target).split("."))
            joins.append(f"left join {table_sql} d{number} on d{number}.id = p.dim{number}")
            searched.append(f"d{number}.search_text")
    columns.append(f"concat_ws(' ', {', '.join(searched or ['null'])}) as search_text")
    quantities_sql = {
        "on_hand": "p.on_hand",
        "reserved": "p.reserved",
        "available": f"p.available - p.reserved{_withheld_sql(ledger)}",
    }
    columns.extend(
        f"{quantities_sql[key]} as {ident(key)}" for key in QUANTITIES if key in entity.fields
    )
    # lint: allow sql-identifiers: a literal with its quotes doubled; a view takes no parameters
    account_sql = "'" + ledger.account.replace("'", "''") + "'"
    joins_sql = " ".join(joins)
    statement = (
        f"create view {ident(app.id, entity.id)} as select {', '.join(columns)}"
        f" from orderloom.position p {joins_sql} where p.account = {account_sql}"
    )
    return LedgerView(
        statement=statement, digest=hashlib.sha256(statement.encode()).hexdigest()[:16]
    )


def _withheld_sql(ledger: Ledger) -> str:
    """``product.withheld`` is the field of the dimension that it starts with."""
    if ledger.withheld is None:
        return ""
    dimension, _, key = ledger.withheld.partition(".")
    number = ledger.dimensions.index(dimension) + 1
    return f" - coalesce(d{number}.{ident(key)}, 0)"
