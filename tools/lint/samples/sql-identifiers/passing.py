# module: orderloom.records.sample
"""Names are quoted, values bound."""


async def read(conn, params, table, where_sql):
    """Nothing of the caller's becomes SQL."""
    return await conn.fetch(
        f"select {ident('a', 'id')} from {ident(*table)} a where {where_sql}"
        f" and a.number = {params.bind('x')} limit {int(5) + 1}"
    )
