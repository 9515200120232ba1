"""Files beside records: whose they are, who may attach them, who may read them, what is kept."""

import asyncio
from pathlib import Path

import pytest
import pytest_asyncio

from orderloom.access.actor import Actor
from orderloom.base import clock
from orderloom.database import Database
from orderloom.files.errors import FileNotFoundHereError
from orderloom.records import attached
from orderloom.records.command import Command
from tests.engine.records.papers_app import ANNA, BEN, OTHER, READER, Papers, open_papers
from tests.support import samples
from tests.support.sealing import seal_all

UNKNOWN = "records.unknown_file"


@pytest_asyncio.fixture
async def papers(database: Database, tmp_path: Path) -> Papers:
    return await open_papers(database, tmp_path)


async def sees(papers: Papers, actor: Actor, id_: int, file: str) -> bool:
    """Whether somebody gets a file, by record and by id alike."""
    found = []
    for way in (
        attached.of_record(papers.records, "docs.case", id_, int(file), actor=actor),
        attached.by_id(papers.records, int(file), actor=actor),
    ):
        try:
            found.append((await way).name)
        except FileNotFoundHereError:
            found.append(None)
    assert found[0] == found[1], found
    return found[0] is not None


async def test_a_record_takes_files_and_says_what_the_store_knows(papers: Papers) -> None:
    a, b = await papers.bring("合同.pdf"), await papers.bring("b.jpg", samples.JPEG)
    forged = {"id": b, "name": "x.exe", "size": 1, "kind": "pdf"}
    id_ = await papers.make(name="1", papers=[a, forged])
    assert (await papers.record(id_))["papers"] == [
        {"id": a, "name": "合同.pdf", "kind": "pdf", "size": len(samples.PDF)},
        {"id": b, "name": "b.jpg", "kind": "jpeg", "size": len(samples.JPEG)},
    ]
    assert await papers.row(a) == ("docs.case", id_, "papers", False)


async def test_who_did_not_bring_a_file_cannot_attach_it(papers: Papers) -> None:
    file = await papers.bring(actor=BEN)
    faults = [("/papers/0", UNKNOWN)]
    assert await papers.refused("create", papers=[file]) == faults
    id_ = await papers.make(name="1")
    assert await papers.refused("update", id_, papers=[file]) == faults
    assert await papers.refused("update", id_, papers=["1"]) == faults
    assert await papers.row(file) == (None, None, None, False)


async def test_a_file_has_one_record(papers: Papers) -> None:
    file = await papers.bring()
    id_ = await papers.make(papers=[file])
    assert await papers.refused("create", papers=[file]) == [("/papers/0", UNKNOWN)]
    assert await papers.refused("create", entity="note", scan=[file]) == [("/scan/0", UNKNOWN)]
    both = await papers.bring()
    assert await papers.refused("create", papers=[both], photo=[both]) == [("/photo/0", UNKNOWN)]
    assert await papers.row(file) == ("docs.case", id_, "papers", False)


async def test_a_hidden_field_gives_nothing_away_to_a_field_that_is_seen(papers: Papers) -> None:
    """Anna may edit the record but not see ``inner``; she learns of its file in no way."""
    secret = await papers.bring("secret.pdf", actor=Actor.system())
    id_ = await papers.make()
    assert (await papers.tell("update", id_, actor=Actor.system(), inner=[secret])).ok
    assert await papers.refused("update", id_, papers=[secret]) == [("/papers/0", UNKNOWN)]
    assert await papers.refused("update", id_, inner=[]) == [("/inner", "records.unknown_field")]
    assert "inner" not in await papers.record(id_)
    assert not await sees(papers, ANNA, id_, secret)
    assert await sees(papers, READER, id_, secret)


async def test_a_file_is_seen_by_who_sees_its_record(papers: Papers) -> None:
    file = await papers.bring()
    assert (await attached.by_id(papers.records, int(file), actor=ANNA)).name == "a.pdf"
    for actor in (BEN, READER, OTHER):
        with pytest.raises(FileNotFoundHereError):
            await attached.by_id(papers.records, int(file), actor=actor)
    id_ = await papers.make(papers=[file])
    assert [await sees(papers, one, id_, file) for one in (ANNA, BEN, READER, OTHER)] == [
        True,
        True,
        True,
        False,
    ]
    other = await papers.make()
    with pytest.raises(FileNotFoundHereError):
        await attached.of_record(papers.records, "docs.case", other, int(file), actor=ANNA)
    note = await papers.make(entity="note", scan=[await papers.bring("n.pdf")], actor=ANNA)
    scan = (await papers.records.get("docs.note", note, actor=ANNA)).items[0]["scan"][0]["id"]
    with pytest.raises(FileNotFoundHereError):
        await attached.by_id(papers.records, int(scan), actor=BEN)


async def test_a_field_that_may_only_be_read_is_sent_back_but_not_changed(papers: Papers) -> None:
    file = await papers.bring()
    id_ = await papers.make(papers=[file])
    value = (await papers.record(id_))["papers"]
    assert (await papers.tell("update", id_, actor=READER, name="2", papers=value)).ok
    faults = [("/papers", "access.read_only")]
    assert await papers.refused("update", id_, actor=READER, papers=[]) == faults
    mine = await papers.bring(actor=READER)
    assert await papers.refused("update", id_, actor=READER, papers=[file, mine]) == faults


async def test_a_field_takes_its_kinds_and_sizes_only(papers: Papers) -> None:
    png = await papers.bring("a.png", samples.PNG)
    big = await papers.bring("big.pdf", samples.PDF + b"x" * 1024 * 1024)
    assert await papers.refused("create", papers=[png, big]) == [
        ("/papers/0", "records.file_kind"),
        ("/papers/1", "records.file_size"),
    ]
    pdf = await papers.bring()
    assert await papers.refused("create", photo=[pdf]) == [("/photo/0", "records.file_kind")]
    many = [await papers.bring() for _ in range(4)]
    assert await papers.refused("create", papers=many) == [("/papers", "records.too_many_files")]
    id_ = await papers.make(photo=[png])
    assert await papers.names(id_, "photo") == ["a.png"]


async def test_lines_carry_files_of_their_own(papers: Papers) -> None:
    one, two = await papers.bring("1.pdf"), await papers.bring("2.pdf")
    id_ = await papers.make(lines=[{"what": "x", "proof": [one]}, {"what": "y", "proof": [two]}])
    lines = (await papers.record(id_))["lines"]
    assert await papers.row(one) == ("docs.case", id_, "lines.proof", False)
    first, second = str(lines[0]["id"]), str(lines[1]["id"])
    moved = [{"id": first, "proof": []}, {"id": second, "proof": [two, one]}]
    assert (await papers.tell("update", id_, lines=moved)).ok
    assert await papers.row(one) == ("docs.case", id_, "lines.proof", False)
    assert (await papers.tell("update", id_, lines=[{"id": first}])).ok
    assert (await papers.row(one))[3] is True
    assert (await papers.row(two))[3] is True
    assert not await sees(papers, ANNA, id_, one)
    foreign = await papers.bring(actor=BEN)
    faulty = [{"id": first}, {"what": "z", "proof": [foreign]}]
    assert await papers.refused("update", id_, lines=faulty) == [("/lines/1/proof/0", UNKNOWN)]


async def test_what_was_taken_off_can_be_put_back_and_the_history_names_it(
    papers: Papers,
) -> None:
    a, b = await papers.bring("a.pdf"), await papers.bring("b.pdf")
    id_ = await papers.make(papers=[a, b])
    await seal_all(papers.records.database)
    moment = clock.now()
    assert (await papers.tell("update", id_, papers=[b])).ok
    assert await papers.row(a) == ("docs.case", id_, "papers", True)
    assert not await sees(papers, ANNA, id_, a)
    past = await attached.of_record(
        papers.records, "docs.case", id_, int(a), actor=BEN, as_of=moment
    )
    assert past.name == "a.pdf"
    event = (await papers.records.history("docs.case", id_, actor=BEN)).items[0]
    before, after = event["changes"]["fields"]["papers"]
    assert [one["name"] for one in before] == ["a.pdf", "b.pdf"]
    assert [one["name"] for one in after] == ["b.pdf"]
    assert await papers.refused("create", papers=[a]) == [("/papers/0", UNKNOWN)]
    assert (await papers.tell("update", id_, papers=[b, a])).ok
    assert await papers.row(a) == ("docs.case", id_, "papers", False)
    assert await papers.names(id_) == ["b.pdf", "a.pdf"]


async def test_a_deleted_record_keeps_its_files_and_shows_them_to_nobody(papers: Papers) -> None:
    file = await papers.bring()
    id_ = await papers.make(papers=[file])
    assert (await papers.tell("delete", id_)).ok
    assert not await sees(papers, ANNA, id_, file)
    assert await papers.row(file) == ("docs.case", id_, "papers", False)
    assert await papers.files.sweep() == 0
    assert (await papers.tell("restore", id_)).ok
    assert await sees(papers, ANNA, id_, file)


async def test_sending_the_same_again_changes_nothing(papers: Papers) -> None:
    file = await papers.bring()
    id_ = await papers.make(papers=[file])
    result = await papers.tell("update", id_, papers=[file])
    assert (result.ok, result.changed, result.version) == (True, False, 1)


async def test_a_trial_run_attaches_nothing(papers: Papers) -> None:
    file = await papers.bring()
    command = Command(kind="create", entity="docs.case", actor=ANNA, changes={"papers": [file]})
    before = await papers.everything()
    result = (await papers.records.apply([command], dry_run=True))[0]
    assert result.record is not None
    assert result.record["papers"][0]["name"] == "a.pdf"
    assert await papers.everything() == before


async def test_two_who_attach_one_file_at_once_do_not_both_get_it(papers: Papers) -> None:
    """The same person in two windows: the file goes to one record, the other is refused."""
    file = await papers.bring()
    results = await asyncio.gather(
        *(papers.tell("create", name=str(number), papers=[file]) for number in range(4))
    )
    assert sorted(one.ok for one in results) == [False, False, False, True]
    winner = next(one.id for one in results if one.ok)
    assert await papers.row(file) == ("docs.case", winner, "papers", False)


async def test_records_with_and_without_files_are_told_apart(papers: Papers) -> None:
    with_ = await papers.make(papers=[await papers.bring()])
    without = await papers.make()
    for text, wanted in (("ISBLANK(papers)", without), ("NOT ISBLANK(papers)", with_)):
        page = await papers.records.find("docs.case", actor=ANNA, filter=text)
        assert [item["id"] for item in page.items] == [wanted], text
