"""The prover: every balance re-derived from entries and reservations.

Invariant: a clean prove means that the cached balances are exactly what happened.
"""

from dataclasses import dataclass
from decimal import Decimal

from orderloom.database.pool import Connection

_PROVE = """
with moved as (
    select position_id, sum(direction * quantity) as on_hand,
           coalesce(sum(direction * quantity) filter (where bucket = 'available'), 0) as available
    from orderloom.entry group by position_id
), parts as (
    select position_id, sum(quantity) as on_hand,
           coalesce(sum(quantity) filter (where bucket = 'available'), 0) as available
    from orderloom.sub_account group by position_id
), held as (
    select position_id, sum(quantity) as reserved from orderloom.reservation group by position_id
)
select p.id, p.account, array[p.dim1, p.dim2, p.dim3] as dims, x.what, x.cached, x.derived
from orderloom.position p
left join moved m on m.position_id = p.id
left join parts s on s.position_id = p.id
left join held h on h.position_id = p.id
cross join lateral (values
    ('on_hand', p.on_hand, coalesce(m.on_hand, 0)),
    ('available', p.available, coalesce(m.available, 0)),
    ('reserved', p.reserved, coalesce(h.reserved, 0)),
    ('sub_accounts', p.on_hand, coalesce(s.on_hand, 0)),
    ('sub_accounts_available', p.available, coalesce(s.available, 0))
) as x(what, cached, derived)
where x.cached <> x.derived
order by p.account, p.dim1, p.dim2, p.dim3, x.what
"""


@dataclass(frozen=True, slots=True)
class Drift:
    """A balance that is not what its history says."""

    position_id: int
    account: str
    dims: tuple[int, ...]
    what: str
    cached: Decimal
    derived: Decimal


async def prove(conn: Connection) -> list[Drift]:
    """All drifts; empty when every balance is right."""
    rows = await conn.fetch(_PROVE)
    return [
        Drift(
            row["id"],
            row["account"],
            tuple(row["dims"]),
            row["what"],
            row["cached"],
            row["derived"],
        )
        for row in rows
    ]
