# module: orderloom.http.sample
"""Reads say who asks."""


async def mine(records, actor) -> "Page":
    """A list for somebody."""
    return await records.find("orders.order", actor=actor)


async def wake(conn):
    """No table is read."""
    return await conn.fetchval("select 1")
