"""Values that would break a uniqueness that the new definition asks for."""

from orderloom.database import Connection, ident
from orderloom.definition.app import App
from orderloom.definition.entity import Entity
from orderloom.definition.finding import Finding
from orderloom.storage.indexes import unique_sets


async def duplicate_findings(conn: Connection, app: App) -> list[Finding]:
    """One finding per unique set that live records break already."""
    findings: list[Finding] = []
    for entity in app.entities.values():
        if entity.ledger is not None:
            continue
        for keys in unique_sets(entity):
            if not await _has_columns(conn, app.id, entity.id, keys):
                continue
            count = await _duplicates(conn, app.id, entity, keys)
            if count:
                path = f"entities/{entity.id}/" + (
                    f"fields/{keys[0]}" if len(keys) == 1 else "unique"
                )
                params = {"fields": list(keys), "count": count}
                findings.append(Finding(path=path, code="storage.duplicates", params=params))
    return findings


async def _has_columns(conn: Connection, schema: str, table: str, keys: tuple[str, ...]) -> bool:
    found = await conn.fetchval(
        "select count(*) from information_schema.columns"
        " where table_schema = $1 and table_name = $2 and column_name = any($3::text[])",
        schema,
        table,
        list(keys),
    )
    return bool(found == len(set(keys)))


async def _duplicates(conn: Connection, schema: str, entity: Entity, keys: tuple[str, ...]) -> int:
    """How many values stand twice among live records, unless an index guards them already."""
    columns_sql = ", ".join(ident(key) for key in keys)
    filled_sql = " and ".join(f"{ident(key)} is not null" for key in keys)
    table_sql = ident(schema, entity.id)
    count: int = await conn.fetchval(
        f"select count(*) from (select 1 from {table_sql}"
        f" where deleted_at is null and {filled_sql}"
        f" group by {columns_sql} having count(*) > 1 limit 100) t"
    )
    return count
