"""A new master key: every file's data key is wrapped anew; no blob is touched.

Invariant: at any moment every file opens with a key that is on the ring; once the wrapping is done,
no upload that began before the new key is still to come with an old one.
"""

from orderloom.files import rows
from orderloom.files.service import Files

_BATCH = 500
_OLD = """
select id, blob, key_id, wrapped_key from orderloom.file
where key_id <> $1 order by id limit $2 for update
"""
_WRAP = """
update orderloom.file f set key_id = $1, wrapped_key = n.wrapped
from unnest($2::bigint[], $3::bytea[]) as n(id, wrapped) where f.id = n.id
"""
_USED = "select distinct key_id from orderloom.file"


async def rewrap(files: Files) -> int:
    """Wrap with the current key what older ones wrap, batch by batch; answers how many files."""
    async with files.database.transaction() as conn:
        await rows.outwait_keys(conn)
    done = 0
    while True:
        current = files.keyring.current()
        async with files.database.transaction() as conn:
            old = await conn.fetch(_OLD, current, _BATCH)
            if not old:
                return done
            wrapped = [
                files.keyring.wrap(
                    files.keyring.unwrap(row["key_id"], row["wrapped_key"], row["blob"]),
                    row["blob"],
                )[1]
                for row in old
            ]
            await conn.execute(_WRAP, current, [row["id"] for row in old], wrapped)
        done += len(old)


async def used_keys(files: Files) -> list[str]:
    """The ids of the master keys that wrap anything."""
    async with files.database.read() as conn:
        return [row["key_id"] for row in await conn.fetch(_USED)]
