"""The indexes of a backup: lines that are added, and what a power cut leaves of one."""

from pathlib import Path

from orderloom.backup.box import append_json, read_lines


def test_a_line_that_was_being_written_when_power_went_harms_no_later_one(tmp_path: Path) -> None:
    index = tmp_path / "pool.jsonl"
    append_json(index, [{"name": "a"}, {"name": "b"}])
    whole = index.read_bytes()
    for cut in (whole[:-4], whole[:-1], whole + b"{", whole + b'{"name": "c"}'):
        index.write_bytes(cut)
        append_json(index, [{"name": "d"}, {"name": "e"}])
        kept = [{"name": "a"}, {"name": "b"}] if cut.startswith(whole) else [{"name": "a"}]
        assert read_lines(index) == [*kept, {"name": "d"}, {"name": "e"}]
    index.write_bytes(b'{"na')
    append_json(index, [{"name": "d"}])
    assert read_lines(index) == [{"name": "d"}]
