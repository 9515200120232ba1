"""The ledger's positions, for tests of layers below the ledger."""

from orderloom.database import Connection

_TABLE = """
create table if not exists orderloom.position (
    id bigint primary key, account text not null, dim1 bigint, dim2 bigint, dim3 bigint,
    on_hand numeric not null default 0, available numeric not null default 0,
    reserved numeric not null default 0, version bigint not null default 1,
    created_at timestamptz not null default now(), updated_at timestamptz not null default now()
)
"""


async def ensure_positions(conn: Connection) -> None:
    """Make the table of positions where the ledger's migration is not there."""
    await conn.execute(_TABLE)
