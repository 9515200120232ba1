# module: orderloom.jobs.sample
"""A package writes the platform's tables that it owns."""


async def finish(conn, id_):
    """A job is no record."""
    await conn.execute("update orderloom.job set state = 'done' where id = $1", id_)
    return await conn.fetchrow("select id from orders.order where id = $1 for update", id_)
