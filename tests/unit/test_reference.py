"""What is generated from the sources is what the repository holds."""

from pathlib import Path

import pytest

from tools.reference import ROOT, generated

FILES = generated()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(Path(path).relative_to(ROOT)))
def test_generated_files_are_fresh(path: Path) -> None:
    assert path.read_text("utf-8") == FILES[path], "stale: run `python -m tools.reference`"
