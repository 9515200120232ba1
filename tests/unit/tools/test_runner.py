"""The runner: what is read, what is printed, and what it answers."""

from pathlib import Path

import pytest

from tools.lint.__main__ import main
from tools.lint.runner import ROOT, files, module_of, tracked


def test_a_finding_is_printed_with_what_to_do_instead(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "src" / "orderloom" / "jobs" / "x.py"
    file.parent.mkdir(parents=True)
    file.write_text('"""X."""\n\nimport uuid\n')
    assert main([str(tmp_path)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{file}:3: clock-and-ids uuid is not ours (use orderloom.base.ids.new_id())",
        "own lints: 1 findings",
    ]


def test_clean_files_answer_zero(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.py").write_text('"""X."""\n')
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\xff")
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out == "own lints: clean\n"


def test_a_path_that_is_not_there_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "no.py")]) == 2
    assert "no such file" in capsys.readouterr().err


def test_without_a_repository_nothing_is_tracked(tmp_path: Path) -> None:
    assert tracked(tmp_path) == []


def test_modules_are_named_from_the_source_folder() -> None:
    assert module_of(ROOT / "src" / "orderloom" / "records" / "query.py") == (
        "orderloom.records.query"
    )
    assert module_of(ROOT / "src" / "orderloom" / "jobs" / "__init__.py") == "orderloom.jobs"
    assert module_of(ROOT / "run.py") == ""


def test_generated_folders_are_left_out(tmp_path: Path) -> None:
    for name in ("a.py", "__pycache__/b.py", "node_modules/c.ts"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    assert [one.name for one in files([tmp_path])] == ["a.py"]
