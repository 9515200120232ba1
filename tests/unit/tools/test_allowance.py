"""An exception to a rule names the rule, gives its reason, and is needed."""

import ast
from pathlib import Path

import pytest

from tools.lint.registry import RULES
from tools.lint.rule import Source
from tools.lint.runner import lint, lint_file

REASONED = "# lint: allow clock-and-ids: a sample"


def _lint(text: str, name: str = "x.py") -> list[tuple[int, str, str]]:
    tree = ast.parse(text if name.endswith(".py") else "")
    source = Source(Path(name), text, "orderloom.http.sample", tree)
    return [(one.line, one.code, one.message) for one in lint(source)]


@pytest.mark.parametrize(
    "body",
    [
        f"import uuid  {REASONED}",
        f"{REASONED}\nimport uuid",
        f"{REASONED},\n# and its second line\nimport uuid",
    ],
)
def test_a_reasoned_allowance_excuses_its_line_or_the_next(body: str) -> None:
    assert _lint(f'"""X."""\n{body}\n') == []


def test_an_allowance_beside_code_does_not_reach_the_next_line() -> None:
    found = _lint(f'"""X."""\nimport uuid  {REASONED}\nimport random\n')
    assert [(line, code) for line, code, _ in found] == [(3, "clock-and-ids")]


def test_an_allowance_excuses_only_its_own_code() -> None:
    found = _lint('"""X."""\nimport uuid  # lint: allow one-door: a sample\n')
    assert [(line, code) for line, code, _ in found] == [(2, "clock-and-ids"), (2, "unused-allow")]


@pytest.mark.parametrize("comment", ["# lint: allow clock-and-ids", "# lint: allow clock-and-ids:"])
def test_without_a_reason_the_finding_stays_and_the_comment_is_one_more(comment: str) -> None:
    assert _lint(f'"""X."""\nimport uuid  {comment}\n') == [
        (2, "clock-and-ids", "uuid is not ours"),
        (2, "unused-allow", "allow clock-and-ids gives no reason"),
    ]


@pytest.mark.parametrize("code", ["one-door", "no-such-rule"])
def test_an_allowance_that_excuses_nothing_is_a_finding(code: str) -> None:
    assert _lint(f'"""X."""\n\nX = 1  # lint: allow {code}: no reason at all\n') == [
        (3, "unused-allow", f"nothing here breaks {code}")
    ]


def test_a_text_that_looks_like_an_allowance_is_none() -> None:
    assert _lint('"""X."""\n\nX = "# lint: allow one-door: a text"\n') == []


def test_scripts_have_allowances_too() -> None:
    text = "// lint: allow file-size: generated\n" + "x\n" * 400
    assert _lint(text, "x.ts") == [
        (1, "file-size", "401 lines, 400 at most"),
        (1, "unused-allow", "nothing here breaks file-size"),
    ]


def test_rules_that_did_not_run_leave_their_allowances_alone(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text('"""X."""\nimport uuid  # lint: allow clock-and-ids: a sample\n')
    assert lint_file(file, [rule for rule in RULES if rule.everywhere]) == []
