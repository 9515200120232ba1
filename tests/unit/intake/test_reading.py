"""Readers of cells: what they remember changes nothing of what they read."""

import orderloom.definition.kinds  # noqa: F401 - registers all kinds
from orderloom.definition.field import Field
from orderloom.definition.registry import field_from
from orderloom.intake import reading
from orderloom.intake.mapping import Source
from orderloom.intake.reading import Reader, Unmatched, cell_keys
from orderloom.intake.spreadsheet import Row, Table

LABEL = {"zh-CN": "数", "en": "Number"}


def field(kind: str, **settings: object) -> Field:
    """A field of a kind."""
    return field_from({"kind": kind, "label": LABEL, **settings})


def test_a_text_read_twice_gives_the_same() -> None:
    """Also when one and the same value comes as number, text and truth."""
    reader = Reader("quantity", field("number"), "Quantity", None)
    cells = [" 1,200.5 ", 1, "1", 1.0, True, " 1,200.5 ", None, ""]
    assert [reader.read({"Quantity": cell}) for cell in cells] == [
        "1200.5", "1", "1", "1.0", "True", "1200.5", None, None,
    ]  # fmt: skip


def test_a_quotient_is_not_remembered_by_its_first_column() -> None:
    """The same amount over another quantity is another price; over nothing it is zero."""
    source = Source(column="Sales", round=2, divide="Quantity")
    reader = Reader("price", field("money"), source, None)
    rows = [("10.00", "3"), ("10.00", "4"), ("10.00", ""), ("much", "2")]
    read = [reader.read({"Sales": sales, "Quantity": by}) for sales, by in rows]
    assert read == ["3.33", "2.50", "0.00", "much"]


def test_names_find_records_or_are_told() -> None:
    """A blank cell names none."""
    reader = Reader("customer", field("reference", entity="orders.customer"), "Who", {"C-1": 7})
    assert reader.read({"Who": " C-1 "}) == "7"
    assert reader.read({"Who": "  "}) is None
    for _ in range(2):
        lost = reader.read({"Who": "C-2 "})
        assert isinstance(lost, Unmatched)
        assert lost.label == "C-2"


def test_a_reader_does_not_remember_without_end() -> None:
    """Columns of numbers that never come again cost no memory."""
    reader = Reader("quantity", field("number"), "Quantity", None)
    for at in range(reading.MOST_KNOWN * 2 + 5):
        assert reader.read({"Quantity": f"{at}"}) == f"{at}"
    assert len(reader._known) <= reading.MOST_KNOWN


def test_all_names_of_a_column() -> None:
    """Numbers and texts that say the same are one name; 1 and true are two."""
    cells = ["C-1", " C-1", 1, True, 1.0, "", None, "1"]
    rows = tuple(Row(at, {"Who": cell}) for at, cell in enumerate(cells))
    assert cell_keys(Table(("Who",), rows), "Who") == {"C-1", "1", "True"}
