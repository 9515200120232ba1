"""The browser's evaluator under node: one process for many formulas over many rows."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from orderloom.formula import Formula, FormulaContext
from orderloom.formula.json_tree import wire

ROOT = Path(__file__).resolve().parents[3]
EVALUATOR = ROOT / "web" / "src" / "lib" / "formula"
MODULES = ROOT / "web" / "node_modules"
_RUNNER = Path(__file__).with_name("evaluate.mjs")


def program() -> str:
    """The environment's node, beside its python; it runs TypeScript as it is."""
    own = Path(sys.executable).with_name("node")
    found = str(own) if own.exists() else shutil.which("node")
    assert found is not None, "no node: python3 run.py install"
    assert (MODULES / "decimal.js").is_dir(), "no packages: python3 run.py test web-lint"
    return found


def row_of(row: dict[str, Any]) -> dict[str, Any]:
    """A record as the wire has it."""
    return {
        key: [row_of(one) for one in value]
        if isinstance(value, list) and all(isinstance(one, dict) for one in value)
        else wire(value)
        for key, value in row.items()
    }


def context_of(context: FormulaContext) -> dict[str, Any]:
    """A context as the browser has it."""
    return {
        "now": wire(context.now),
        "today": wire(context.today),
        "zone": context.zone,
        "user_id": wire(context.user_id),
        "department_id": wire(context.department_id),
        "department_ids": wire(context.department_ids),
        "roles": sorted(context.roles),
        "keys": {name: wire(ids) for name, ids in context.keys.items()},
    }


def answers(
    folder: Path,
    formulas: Sequence[Formula],
    rows: Sequence[dict[str, Any]],
    customers: dict[int, dict[str, Any]],
    context: FormulaContext,
    *,
    evaluator: Path = EVALUATOR,
    digits: int | None = None,
) -> list[list[Any]]:
    """What the evaluator answers for every formula and row, as on the wire."""
    trees = [one.json() for one in formulas]
    calendars: dict[str, Any] = {}
    for tree in trees:
        calendars.update(tree.pop("calendars", {}))
    given, taken = folder / "given.json", folder / "taken.json"
    asked = {
        "context": context_of(context),
        "customers": {str(id_): row_of(row) for id_, row in customers.items()},
        "rows": [row_of(row) for row in rows],
        "calendars": calendars,
        "formulas": trees,
        "digits": digits,
    }
    given.write_text(json.dumps(asked), "utf-8")
    subprocess.run([program(), _RUNNER, evaluator, given, taken], check=True, timeout=600)
    found: list[list[Any]] = json.loads(taken.read_text("utf-8"))
    return found


def mutated(folder: Path, name: str, old: str, new: str) -> Path:
    """A copy of the evaluator with one place changed."""
    copy = folder / "mutant"
    shutil.copytree(EVALUATOR, copy / "formula")
    (copy / "node_modules").symlink_to(MODULES)
    path = copy / "formula" / name
    before = path.read_text("utf-8")
    assert before.count(old) == 1, (name, old)
    path.write_text(before.replace(old, new), "utf-8")
    return copy / "formula"
