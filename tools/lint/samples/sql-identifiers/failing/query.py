# module: orderloom.records.sample
"""Names as they come."""


async def read(conn, emit, table, number, names, table_sql):
    """All the ways to be sorry."""
    await conn.fetch(f"select id from {table}")  # <- sql-identifiers
    await conn.fetch("select id from x where number = " + number)  # <- sql-identifiers
    await conn.fetch("select id from " + table_sql + " where x = " + number)  # <- sql-identifiers
    await conn.fetch("select id from x where number = '{}'".format(number))  # <- sql-identifiers
    await conn.fetch("select id from x where number = %s" % number)  # <- sql-identifiers
    await conn.fetch(f"select {', '.join(names)} from x")  # <- sql-identifiers
    await conn.fetch(f"select {emit.value(number)} from x")  # <- sql-identifiers
    await conn.fetch(number)  # <- sql-identifiers
    where_sql = f"a.number = '{number}'"  # <- sql-identifiers
    order_sql = number  # <- sql-identifiers
    return f"{table_sql} {table} x", where_sql, order_sql  # <- sql-identifiers


def drop(run, names):
    """A name that was quoted once is not quoted for ever; a list is what was put into it."""
    name = ident(names[0])
    name = names[1]
    run(f"drop table {name}")  # <- sql-identifiers
    parts = [ident("id")]
    parts.append(names[2])
    run(f"alter table x add column {', '.join(parts)}")  # <- sql-identifiers
    for one in names:
        run(f" where a.{one} = 1 order by 1")  # <- sql-identifiers
