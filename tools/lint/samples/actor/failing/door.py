# module: orderloom.http.sample
"""Reads for nobody in particular."""


async def everything(platform) -> "Page":  # <- actor
    """A list for whom?"""
    return await platform.records.find("orders.order")  # <- actor


async def several(request, conn, records):
    """Four ways around the rights."""
    await records.read.many("orders.order", [1], actor=None)  # <- actor
    await records.get("orders.order", 1, actor=Actor.system("http"))  # <- actor
    await load_rows(conn, [1])  # <- actor
    await history.timeline(conn, "orders", "order", 1)  # <- actor
    await conn.fetch("select id from orders.order")  # <- actor
    await request.conn.fetchrow(_STATEMENT, 1)  # <- actor
