# module: orderloom.records.sample
"""Names as they come."""


async def read(conn, table, number):
    """All three ways to be sorry."""
    await conn.fetch(f"select id from {table}")  # <-
    await conn.fetch("select id from x where number = " + number)  # <-
    await conn.fetch("select id from x where number = '{}'".format(number))  # <-
