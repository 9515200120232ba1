# module: orderloom.ledger.sample
"""A package that owns tables writes somebody else's."""


async def reserve(conn, table_sql):
    """The order is written by the corridor's last stage."""
    await conn.execute("update orderloom.position set reserved = 1")
    await conn.execute("update orders.order set reserved = true")  # <- one-door
    await conn.execute(f"delete from {table_sql}")  # <- one-door
