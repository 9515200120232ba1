"""Our own lints find what they are for, and nothing else."""

import ast
import re
from pathlib import Path

import pytest

from tools.lint.registry import RULES
from tools.lint.rule import Source
from tools.lint.runner import lint, lint_file

SAMPLES = Path(__file__).parents[3] / "tools" / "lint" / "samples"
CODES = [rule.code for rule in RULES if not rule.everywhere]
_MARK = re.compile(r"<- ([\w-]+)")


def _samples(outcome: str) -> list[object]:
    found = [
        pytest.param(code, file, id=f"{code}/{file.name}")
        for code in CODES
        for file in sorted((SAMPLES / code / outcome).iterdir())
        if file.is_file()
    ]
    assert len({one.values[0] for one in found}) == len(CODES)
    return found


def _marked(file: Path) -> list[tuple[int, str]]:
    lines = enumerate(file.read_text("utf-8").splitlines(), 1)
    return [(number, code) for number, line in lines for code in _MARK.findall(line)]


def _lint(text: str, name: str = "x.py") -> list[str]:
    tree = ast.parse(text if name.endswith(".py") else "")
    return [str(one) for one in lint(Source(Path(name), text, "orderloom.http.sample", tree))]


@pytest.mark.parametrize(("code", "file"), _samples("passing"))
def test_a_passing_sample_passes(code: str, file: Path) -> None:
    assert lint_file(file) == []


@pytest.mark.parametrize(("code", "file"), _samples("failing"))
def test_a_failing_sample_fails_where_it_is_marked(code: str, file: Path) -> None:
    found = lint_file(file, [rule for rule in RULES if rule.code == code])
    assert [(one.line, one.code) for one in found] == _marked(file)
    assert found


def test_every_rule_says_what_and_why() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert all(len(rule.message) > 20 and len(rule.reason) > 20 for rule in RULES)


def test_a_file_that_does_not_parse_is_a_finding(tmp_path: Path) -> None:
    file = tmp_path / "broken.py"
    file.write_text("def\n")
    assert [one.code for one in lint_file(file)] == ["syntax"]


@pytest.mark.parametrize(
    ("name", "most"), [("long.py", 500), ("long.tsx", 250), ("long.ts", 400), ("long.css", None)]
)
def test_each_kind_of_file_has_its_cap(name: str, most: int | None) -> None:
    def of(lines: int) -> list[str]:
        return _lint('"""A sample."""\n' + "x\n" * (lines - 1), name)

    if most is None:
        assert of(5000) == []
    else:
        assert of(most) == []
        assert of(most + 1) == [
            f"1: file-size {most + 1} lines, {most} at most (move a part into its own file)"
        ]


def test_an_empty_module_needs_no_docstring() -> None:
    assert _lint("") == []


# hosts: the samples are made here, because no tracked file may hold them


@pytest.mark.parametrize(
    "parts",
    [
        ("see https://files.", "python", "hosted.", "org/x"),
        ("index-url = https://py", "pi.", "org/simple"),
        ('"resolved": "https://registry.', "npm", "js.", "org/a"),
        ("registry=https://", "npm", "mirror.com"),
        ("https://pypi.tuna.", "tsing", "hua.edu.cn"),
        ("/ho", "me/me/x"),
        ("cd /wo", "rk/main"),
        ('"/ro', 'ot/.cache"'),
        ("file:", "///Us", "ers/Me"),
    ],
)
@pytest.mark.parametrize("name", ["notes.md", "x.lock", "x.sql", "x.py"])
def test_hosts_and_machine_paths_are_found(parts: tuple[str, ...], name: str) -> None:
    head = '"""X."""\n# ' if name == "x.py" else "fine\n"
    assert [one.split()[:2] for one in _lint(head + "".join(parts) + "\n", name)] == [
        ["2:", "hosts"]
    ]


@pytest.mark.parametrize(
    "line",
    [
        "/api/home/x",
        "a/root/b",
        "{base}/work/x",
        "https://example.test/work/",
        "/workers/",
        "/home",
    ],
)
def test_other_addresses_are_not_machine_paths(line: str) -> None:
    assert _lint(line, "notes.md") == []
