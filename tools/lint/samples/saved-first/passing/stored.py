# module: orderloom.records.stages.sample
"""Stages that read what is stored, or what is the platform's own."""


async def find(ctx, plan, ids):
    """Stores what waits, then reads."""
    conn = await ctx.stored(plan.name)
    rows = await conn.fetch("select 1 from x where id = any($1)", ids)
    return rows or await (await ctx.stored()).fetchval("select 1")


async def files(ctx, ids):
    """The platform's own table is never behind."""
    # lint: allow saved-first: a table of the platform's
    await ctx.conn.fetch("select 1 from orderloom.file where id = any($1)", ids)
    await ctx.conn.execute("savepoint held")
