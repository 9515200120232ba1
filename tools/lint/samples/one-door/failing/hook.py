# module: orderloom_apps.orders.hooks.sample
"""An app goes around the door."""

_CLOSE = "delete from orders.order where id = $1"  # <- one-door


async def approve(ctx, conn, id_, table):
    """By the window."""
    await conn.execute(  # <- one-door
        "update orders.order as o set state = 'approved'"  # <- one-door
        " where id = $1",
        id_,
    )
    await ctx.conn.executemany(_CLOSE, [[id_]])  # <- one-door
    await conn.fetch("insert into orders." + table + " (id) values ($1)", id_)  # <- one-door
    await conn.fetch(f"update only {table} t set state = 'open'")  # <- one-door
