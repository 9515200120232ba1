"""Parsing a record: typed values, and all faults at once with their places."""

from datetime import UTC, date, datetime
from decimal import Decimal

from orderloom.definition.parse import parse_fields, parse_record
from tests.support.sample_app import sample

ORDER = sample().entities["order"]
CUSTOMER = sample().entities["customer"]


def test_reads_every_kind_into_its_type() -> None:
    record, faults = parse_record(
        ORDER,
        {
            "customer": "123",
            "salesperson": 7,
            "ordered_at": "2026-01-02T10:00:00+08:00",
            "requested_at": "2026-01-05",
            "urgent": True,
            "rate": "13%",
            "boxes": "12",
            "discount": 1.005,
            "remark": "line one\nline two",
            "state": "draft",
            "lines": [{"id": "9", "product": "5", "quantity": "1.50", "unit_price": 12.5}],
        },
        partial=True,
    )
    assert faults == []
    assert record == {
        "customer": 123,
        "salesperson": 7,
        "ordered_at": datetime(2026, 1, 2, 2, 0, tzinfo=UTC),
        "requested_at": date(2026, 1, 5),
        "urgent": True,
        "rate": Decimal("0.13"),
        "boxes": 12,
        "discount": Decimal("1.01"),
        "remark": "line one line two",
        "state": "draft",
        "lines": [
            {
                "id": 9,
                "product": 5,
                "quantity": Decimal("1.5"),
                "unit_price": Decimal("12.5"),
            }
        ],
    }


def test_reports_nine_faults_of_one_payload() -> None:
    record, faults = parse_record(
        ORDER,
        {
            "customer": "abc",
            "ordered_at": "2026-01-02T10:00:00",
            "requested_at": "2026-02-30",
            "boxes": 1.5,
            "discount": "NaN",
            "state": "drafts",
            "remarc": "x",
            "lines": [{"quantity": 0, "product": "5"}, {"unit_price": "1e25"}],
        },
        partial=True,
    )
    assert record == {"lines": [{"product": 5}, {}]}
    assert [(fault.pointer, fault.code) for fault in faults] == [
        ("/customer", "records.invalid_id"),
        ("/ordered_at", "records.datetime_without_offset"),
        ("/requested_at", "records.invalid_date"),
        ("/boxes", "records.invalid_integer"),
        ("/discount", "records.invalid_number"),
        ("/state", "records.unknown_option"),
        ("/remarc", "records.unknown_field"),
        ("/lines/0/quantity", "records.not_positive"),
        ("/lines/1/unit_price", "records.too_many_digits"),
    ]
    assert faults[5].params["suggestion"] == "draft"
    assert faults[6].params == {"field": "remarc", "suggestion": "remark"}


def test_blank_is_none_and_left_out_is_left_out() -> None:
    record, faults = parse_record(ORDER, {"remark": "", "customer": None}, partial=True)
    assert (record, faults) == ({"remark": None, "customer": None}, [])
    record, faults = parse_record(ORDER, {"remark": "x"}, partial=False)
    assert faults == []
    assert record["remark"] == "x"
    assert record["customer"] is None
    assert set(record) == set(ORDER.fields)


def test_computed_and_system_fields_are_read_only() -> None:
    given = {"amount": "1", "created_at": "2026-01-01", "id": "5", "version": 3}
    _, faults = parse_record(ORDER, given, partial=True)
    assert [(fault.pointer, fault.code) for fault in faults] == [
        ("/amount", "records.read_only"),
        ("/created_at", "records.read_only"),
    ]


def test_pointers_escape_their_tokens() -> None:
    _, faults = parse_record(ORDER, {"a/b~c": 1}, partial=True)
    assert faults[0].pointer == "/a~1b~0c"


def test_a_line_must_be_an_object_and_lines_a_list() -> None:
    _, faults = parse_record(ORDER, {"lines": [3, {"id": "x"}]}, partial=True)
    assert [(fault.pointer, fault.code) for fault in faults] == [
        ("/lines/0", "records.invalid_line"),
        ("/lines/1/id", "records.invalid_id"),
    ]
    _, faults = parse_record(ORDER, {"lines": {}}, partial=True)
    assert [(fault.pointer, fault.code) for fault in faults] == [
        ("/lines", "records.invalid_lines")
    ]


def test_an_address_names_its_wrong_part() -> None:
    _, faults = parse_record(CUSTOMER, {"address": {"province": 5, "street": "x"}}, partial=True)
    assert [(fault.pointer, fault.code) for fault in faults] == [
        ("/address/province", "records.invalid_text"),
        ("/address/street", "records.unknown_field"),
    ]


def test_parameters_of_actions_are_parsed_alike() -> None:
    parameters = ORDER.actions["reject"].parameters
    assert parse_fields(parameters, {"reason": "wrong"}) == ({"reason": "wrong"}, [])
    _, faults = parse_fields(parameters, {"raeson": "wrong"})
    assert faults[0].params["suggestion"] == "reason"
