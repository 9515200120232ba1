"""Folders and JSON: load(dump(d)) == d, byte for byte."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderloom.definition.app import App
from orderloom.definition.finding import DefinitionError
from orderloom.definition.json import content_hash, from_data, from_json, to_data, to_json
from orderloom.definition.load import dump_folder, load_folder
from tests.support.sample_app import data, field, label, option, sample

TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=30
) | st.sampled_from(
    [
        *["yes", "no", "on", "null", "~", "1", "1.0", "1e3", "0x1", "2026-01-01", "12:30", "true"],
        *[
            "=",
            "<<",
            "- a",
            "a: b",
            "#",
            "'",
            '"',
            " a ",
            "a\nb",
            "a\r\nb",
            "\u2028",
            "\x85",
            "a\x85b",
            "\ufeffa",
            "{}",
            "[",
        ],
    ]
)
KEY = st.from_regex(r"[a-z][a-z0-9_]{0,11}", fullmatch=True)
LABEL = st.fixed_dictionaries({"zh-CN": TEXT, "en": TEXT})


def fields() -> st.SearchStrategy[dict[str, Any]]:
    simple = st.builds(
        lambda kind, text, help_, width: field(kind, label=text, help=help_, width=width),
        st.sampled_from(["text", "long_text", "integer", "money", "date", "phone", "person"]),
        LABEL,
        st.none() | LABEL,
        st.none() | st.integers(1, 24),
    )
    choice = st.builds(
        lambda keys: field("choice", options=[option(key) for key in keys]),
        st.lists(TEXT.filter(lambda text: len(text) <= 60), min_size=1, max_size=4, unique=True),
    )
    number = st.builds(
        lambda low, default: field("number", minimum=str(low), default=str(default)),
        st.decimals(-100, 100, places=4),
        st.decimals(-100, 100, places=2),
    )
    kinds = simple | choice | number
    lines = st.dictionaries(KEY, kinds, max_size=3).map(lambda inner: field("lines", fields=inner))
    return st.dictionaries(KEY, kinds | lines, max_size=6)


APPS = st.builds(
    lambda text, entities, policies: {
        "id": "made",
        "label": text,
        "policies": policies,
        "entities": {key: {"label": text, "fields": inner} for key, inner in entities.items()},
    },
    LABEL,
    st.dictionaries(KEY, fields(), max_size=3),
    st.dictionaries(KEY, TEXT | st.booleans() | st.integers() | st.lists(TEXT), max_size=3),
).map(from_data)


@given(APPS)
@settings(max_examples=100, suppress_health_check=list(HealthCheck))
def test_any_definition_survives_folder_and_json(tmp_path_factory: Any, app: App) -> None:
    folder = tmp_path_factory.mktemp("app")
    dump_folder(app, folder)
    assert to_json(load_folder(folder)) == to_json(app)
    assert to_json(from_json(to_json(app))) == to_json(app)


def test_the_sample_survives(tmp_path: Path) -> None:
    app = sample()
    dump_folder(app, tmp_path)
    loaded = load_folder(tmp_path)
    assert loaded == app
    assert to_json(loaded) == to_json(app)
    assert content_hash(loaded) == content_hash(app)
    first = {path.name: path.read_bytes() for path in tmp_path.rglob("*.yaml")}
    dump_folder(loaded, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.rglob("*.yaml")} == first


def test_keys_keep_their_order_and_elements_are_sorted() -> None:
    app = sample()
    assert list(app.entities) == ["customer", "order", "product", "stock", "warehouse"]
    keys = list(to_data(app)["entities"]["order"]["fields"])
    assert keys == list(data()["entities"]["order"]["fields"])


def test_dumping_removes_files_of_elements_that_are_gone(tmp_path: Path) -> None:
    dump_folder(sample(), tmp_path)
    changed = data()
    del changed["views"]["open_orders"]
    dump_folder(from_data(changed), tmp_path)
    assert not (tmp_path / "views" / "open_orders.yaml").exists()


def test_references_carry_their_app() -> None:
    assert sample().entities["order"].references["customer"].entity == "sample.customer"


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")


APP = "id: made\nlabel: {zh-CN: 甲, en: A}\n"


def test_words_are_what_they_look_like(tmp_path: Path) -> None:
    write(tmp_path, "app.yaml", APP + "policies: {a: yes, b: 1.50, c: 2026-01-01, d: true, e: 7}\n")
    policies = load_folder(tmp_path).policies
    assert policies == {"a": "yes", "b": "1.50", "c": "2026-01-01", "d": True, "e": 7}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "entities/order.yaml",
            "label: {zh-CN: 单, en: O}\nfields:\n  a:\n    kind: txt\n    label: {}\n",
            ("entities/order/fields/a", "definition.unknown_kind", "entities/order.yaml", 3),
        ),
        (
            "entities/order.yaml",
            "label: {zh-CN: 单, en: O}\nfields:\n  a:\n    kind: text\n    labell: {}\n",
            (
                "entities/order/fields/a/label",
                "definition.missing_setting",
                "entities/order.yaml",
                3,
            ),
        ),
        (
            "entities/order.yaml",
            "label: {zh-CN: 单, en: O}\nfields: {}\nlabel: {}\n",
            ("entities/order/label", "definition.duplicate_key", "entities/order.yaml", 3),
        ),
        (
            "views/a.yaml",
            "label: [\n",
            ("views/a", "definition.not_yaml", "views/a.yaml", 2),
        ),
        (
            "views/a.yaml",
            "- 1\n",
            ("views/a", "definition.not_mapping", "views/a.yaml", 1),
        ),
        (
            "views/a.yaml",
            "id: b\nlabel: {zh-CN: 单, en: O}\nentity: order\ncolumns: [x]\n",
            ("views", "definition.id_differs", "app.yaml", 1),
        ),
    ],
)
def test_says_file_and_line(
    tmp_path: Path, name: str, text: str, expected: tuple[str, str, str, int]
) -> None:
    write(tmp_path, "app.yaml", APP)
    write(tmp_path, name, text)
    with pytest.raises(DefinitionError) as caught:
        load_folder(tmp_path)
    found = [(one.path, one.code, one.file, one.line) for one in caught.value.findings]
    assert expected in found


def test_a_folder_without_app_file_is_none(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as caught:
        load_folder(tmp_path)
    assert [one.code for one in caught.value.findings] == ["definition.no_app_file"]


def test_json_that_is_none_is_refused() -> None:
    with pytest.raises(DefinitionError) as caught:
        from_json("{")
    assert caught.value.findings[0].code == "definition.not_json"
    with pytest.raises(DefinitionError):
        from_json("[]")


def test_the_label_alone_makes_an_app() -> None:
    app = from_data({"id": "made", "label": label("made")})
    assert to_json(app) == '{"id":"made","label":{"zh-CN":"made（中）","en":"made"}}'
