# module: orderloom_apps.orders.hooks.sample
"""An app goes around the door."""


async def approve(conn, id_):
    """By the window."""
    await conn.execute(  # <-
        "update orders.order set state = 'approved' where id = $1",  # <-
        id_,
    )
    await conn.execute("delete from orders.order where id = $1", id_)  # <- <-
