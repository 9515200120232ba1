"""Our own lints find what they are for, and nothing else."""

import ast
from pathlib import Path

import pytest

from tools.lint import hosts
from tools.lint.rule import Source
from tools.lint.runner import RULES, lint, lint_file

SAMPLES = Path(__file__).parents[3] / "tools" / "lint" / "samples"
CODES = [rule.code for rule in RULES]


def _source(text: str) -> Source:
    return Source(Path("x.py"), "orderloom.http.sample", text, ast.parse(text))


@pytest.mark.parametrize("code", CODES)
def test_the_passing_sample_passes(code: str) -> None:
    assert lint_file(SAMPLES / code / "passing.py") == []


@pytest.mark.parametrize("code", CODES)
def test_the_failing_sample_fails_where_it_is_marked(code: str) -> None:
    file = SAMPLES / code / "failing.py"
    marked = [
        number
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        for _ in range(line.count("# <-") + line.count("<- <-"))
    ]
    found = lint_file(file)
    assert [one.line for one in found] == marked
    assert {one.code for one in found} == {code}


def test_every_rule_says_why() -> None:
    assert all(len(rule.why) > 20 for rule in RULES)


def test_an_allowance_with_a_reason_is_kept_to() -> None:
    text = '"""X."""\n# lint: allow clock-and-ids: a sample\nimport uuid\n'
    assert lint(_source(text)) == []


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("# lint: allow clock-and-ids", "say why"),
        ("# lint: allow one-door: no reason at all", "take the comment away"),
    ],
)
def test_an_allowance_without_reason_or_use_is_a_finding(comment: str, message: str) -> None:
    found = lint(_source(f'"""X."""\n\nX = 1  {comment}\n'))
    assert [one.code for one in found] == ["unused-allow"]
    assert message in found[0].message


def test_hosts_and_paths_are_found(tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    file.write_text("fine\nsee https://files." + "python" + "hosted.org/x\n/ho" + "me/me/x\n")
    assert [one.line for one in hosts.check(file)] == [2, 3]
