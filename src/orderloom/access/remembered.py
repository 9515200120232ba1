"""What a person chose last time, by topic: conveniences of screens, never rights or data.

Invariant: a person's choices are read back to that person only.
"""

from typing import Any

from orderloom.database.pool import Connection

MOST_TOPICS = 500
"""How many choices of a person are kept; the oldest go first."""


async def remember(conn: Connection, person_id: int, topic: str, value: Any) -> None:
    """Keep the person's choice; it replaces the last one on the topic."""
    await conn.execute(
        "insert into orderloom.remembered (person_id, topic, value) values ($1, $2, $3)"
        " on conflict (person_id, topic) do update set value = excluded.value, at = now()",
        person_id,
        topic,
        value,
    )
    await conn.execute(
        "delete from orderloom.remembered where person_id = $1 and topic in ("
        " select topic from orderloom.remembered where person_id = $1"
        " order by at desc, topic offset $2)",
        person_id,
        MOST_TOPICS,
    )


async def recall(conn: Connection, person_id: int, topic: str) -> Any:
    """What the person chose last time; None when nothing is known."""
    return await conn.fetchval(
        "select value from orderloom.remembered where person_id = $1 and topic = $2",
        person_id,
        topic,
    )
