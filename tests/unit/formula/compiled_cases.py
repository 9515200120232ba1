"""The cases as the browser runs them: compiled, in ``spec/formula.cases.json``.

``python -m tests.unit.formula.compiled_cases`` writes the file anew.
"""

import json
from typing import Any

from tests.unit.formula.cases import FILE, document
from tests.unit.formula.world import formula

COMPILED = FILE.with_suffix(".json")


def _compiled(case: list[Any], **more: Any) -> dict[str, Any]:
    text, _, value = case
    return {"formula": formula(text, **more).json(), "value": value}


def compiled() -> str:
    """The content that the file must have: one case a line."""
    found = document()
    sections = (found["functions"], found["traps"])
    cases = [_compiled(case) for section in sections for name in section for case in section[name]]
    cases += [_compiled(case, blanks="keep") for case in found["keep"]]
    changes = [_compiled(case, usage="change") for case in found["changes"]]
    # the calendar is large, and the same each time
    calendars: dict[str, Any] = {}
    for case in (*cases, *changes):
        calendars.update(case["formula"].pop("calendars", {}))

    def lines(items: list[dict[str, Any]]) -> str:
        return ",\n".join(json.dumps(one, ensure_ascii=False) for one in items)

    return (
        f'{{"world": {json.dumps(found["world"], ensure_ascii=False)},\n'
        f'"calendars": {json.dumps(calendars, ensure_ascii=False)},\n'
        f'"cases": [\n{lines(cases)}\n],\n"changes": [\n{lines(changes)}\n]}}\n'
    )


if __name__ == "__main__":
    COMPILED.write_text(compiled(), "utf-8")
