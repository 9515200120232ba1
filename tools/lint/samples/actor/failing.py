# module: orderloom.http.sample
"""Reads for nobody in particular."""


async def everything(platform) -> "Page":
    """A list for whom?"""
    return await platform.records.find("orders.order")  # <-


async def rows(conn, ids) -> Record:  # <-
    """A record for whom?"""
    return await conn.fetchrow("select id from orders.order where id = $1", ids)
