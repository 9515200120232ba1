"""The generated JSON Schema: it is not stale, and it says the same as the models."""

from pathlib import Path

import jsonschema_rs
import pytest

from orderloom.definition.finding import DefinitionError
from orderloom.definition.json import from_data, to_data
from orderloom.definition.schema import app_schema, schema_text
from tests.support.sample_app import data, field, label, sample

FILE = Path(__file__).parents[3] / "spec" / "app.schema.json"


def test_the_file_is_what_the_models_say() -> None:
    assert FILE.read_text("utf-8") == schema_text()


def test_the_sample_is_valid() -> None:
    validator = jsonschema_rs.validator_for(app_schema())
    assert [str(error) for error in validator.iter_errors(data())] == []
    assert [str(error) for error in validator.iter_errors(to_data(sample()))] == []


@pytest.mark.parametrize(
    "broken",
    [
        {"kind": "txt", "label": label("x")},
        {"kind": "text"},
        {"kind": "text", "label": label("x"), "unknown": 1},
        field("choice", options=[]),
        field("reference"),
        field("text", required="sometimes"),
    ],
)
def test_refuses_what_the_models_refuse(broken: dict[str, object]) -> None:
    changed = data()
    changed["entities"]["order"]["fields"]["broken"] = broken
    validator = jsonschema_rs.validator_for(app_schema())
    assert not validator.is_valid(changed)
    with pytest.raises(DefinitionError):
        from_data(changed)
