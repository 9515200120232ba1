# module: orderloom.records.sample
"""Names are quoted, values bound."""

TABLE = "orderloom.job"


async def read(conn, params, table, keys, where_sql):
    """Nothing of the caller's becomes SQL."""
    source = ident(*table)
    columns = []
    for number, key in enumerate(keys):
        columns.append(f"{ident(key)} as c{number}")
    order_sql = ", ".join(f"{ident(key)} desc" for key in keys)
    await conn.execute("select " + ", ".join(columns) + " from " + TABLE)
    await conn.execute("select id from {}".format(source))
    # lint: allow sql-identifiers: a hash in hexadecimal
    await conn.execute(f"comment on view {source} is '{table.digest}'")
    return await conn.fetch(
        f"select {', '.join(columns)} from {source} a where {where_sql}"
        f" and a.number = {params.bind('x')} order by {order_sql} limit {int(5) + 1}"
    )


def label(entity, key):
    """Prose and addresses are not SQL."""
    return f"fields/{key}", entity + " from here"
