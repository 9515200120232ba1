# module: orderloom.records.stages.sample
"""A stage that reads tables past what waits to be stored."""


async def find(ctx, plan, ids):
    """Reads without asking."""
    if not ids:
        return await ctx.conn.fetchval("select count(*) from x")  # <- saved-first
    return await ctx.conn.fetch("select 1 from x where id = any($1)", ids)  # <- saved-first


class Walk:
    """Holds a context."""

    async def one(self, id_):
        """Reads one row."""
        return await self._ctx.conn.fetchrow("select 1 where id = $1", id_)  # <- saved-first
