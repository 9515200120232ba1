"""Whether every file that records have is there and opens: for ``orderloom doctor``.

Invariant: every blob's presence and length is checked; content is opened for a sample, or for all.
"""

from dataclasses import dataclass, field

from orderloom.base import ids
from orderloom.base.sealed import sealed_size
from orderloom.files import rows
from orderloom.files.rows import StoredFile
from orderloom.files.service import Files

_PAGE = 500
_PAGE_SQL = """
select id from orderloom.file where state = 'ready' and id > $1 order by id limit $2
"""


@dataclass(kw_only=True)
class FilesReport:
    """What was checked, and what is wrong: (file id, name, problem)."""

    files: int = 0
    bytes: int = 0
    opened: int = 0
    broken: list[tuple[int, str, str]] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.broken


async def check_files(files: Files, *, sample: int | None = 20, seed: int = 0) -> FilesReport:
    """Check every file's blob, and open a sample of them (None: open all)."""
    report, chance, after = FilesReport(), ids.rng(seed), 0
    kept: list[StoredFile] = []
    while True:
        async with files.database.read() as conn:
            found = await conn.fetch(_PAGE_SQL, after, _PAGE)
            page = list((await rows.find(conn, [row["id"] for row in found])).values())
        if not page:
            break
        after = page[-1].id
        for file in page:
            report.files += 1
            report.bytes += file.size
            if sample is None:
                await _open(files, report, file)
                continue
            size = await files.store.size(file.blob)
            if size != sealed_size(file.size):
                problem = "missing" if size is None else "length"
                report.broken.append((file.id, file.name, problem))
            elif len(kept) < sample:
                kept.append(file)
            elif (place := chance.randrange(report.files)) < sample:
                kept[place] = file
    for file in kept:
        await _open(files, report, file)
    return report


async def _open(files: Files, report: FilesReport, file: StoredFile) -> None:
    problem = await files.verify(file)
    if problem is None:
        report.opened += 1
    else:
        report.broken.append((file.id, file.name, problem))
