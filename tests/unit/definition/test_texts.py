"""Every code that definition, storage and publish can say has a text in both languages."""

import re
from pathlib import Path

import pytest

from orderloom.base.text import codes

SOURCE = Path(__file__).parents[3] / "src" / "orderloom"
CODE = re.compile(r'"((?:definition|storage|publish|address|records)\.[a-z_]+)"')
NO_TEXT = {"definition.id", "storage.online"}


def said() -> set[str]:
    files = [
        path
        for name in ("definition", "storage", "publish")
        for path in (SOURCE / name).rglob("*.py")
    ]
    found = {code for path in files for code in CODE.findall(path.read_text("utf-8"))}
    return found - NO_TEXT


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_all_codes_have_texts(language: str) -> None:
    assert said() - codes(language) == set()


def test_both_languages_have_the_same_codes_and_parameters() -> None:
    names = re.compile(r"\{(\w+)\}")
    folder = SOURCE / "messages"
    for package in ("definition", "storage", "publish"):
        chinese = (folder / f"{package}.zh-CN.yaml").read_text("utf-8")
        english = (folder / f"{package}.en.yaml").read_text("utf-8")
        assert sorted(names.findall(chinese)) == sorted(names.findall(english)), package
