"""What a form depends on holds at every door: required, visible, offered, warned, marked."""

from decimal import Decimal

import pytest
import pytest_asyncio

from orderloom.database import Database
from tests.engine.records.forms_app import Forms, open_forms


@pytest_asyncio.fixture
async def forms(database: Database) -> Forms:
    return await open_forms(database)


async def test_required_by_formula(forms: Forms) -> None:
    assert await forms.faults("create", None, name="a") == [("/price", "records.required")]
    id_ = await forms.make("job", name="a", price="5")
    assert await forms.faults("update", id_, price=None) == [("/price", "records.required")]


async def test_what_is_not_visible_keeps_its_value_and_is_not_required(forms: Forms) -> None:
    """``reason`` is always required, yet hidden for sales; ``price`` the other way round."""
    id_ = await forms.make("job", name="a", price="5")
    assert await forms.faults("update", id_, kind="gift") == [("/reason", "records.required")]
    assert (await forms.tell("update", id_, kind="gift", reason="thanks")).ok
    record = await forms.record(id_)
    assert (record["price"], record["reason"]) == (Decimal("5.00"), "thanks")
    assert (await forms.tell("update", id_, price=None)).ok


async def test_a_line_is_asked_for_what_it_needs(forms: Forms) -> None:
    lines = [{"what": None}, {"what": "x"}, {"what": "x", "count": "1"}]
    assert await forms.faults("create", None, price="1", lines=lines) == [
        ("/lines/1/count", "records.required")
    ]


async def test_a_line_freezes_as_it_was(forms: Forms) -> None:
    id_ = await forms.make(
        "job",
        price="1",
        lines=[{"done": True, "note": "a"}, {"done": False, "note": "b"}],
    )
    kept = [str(line["id"]) for line in (await forms.record(id_))["lines"]]
    free = [{"id": kept[0]}, {"id": kept[1], "note": "c", "done": True}, {"note": "new"}]
    assert (await forms.tell("update", id_, lines=free)).ok
    notes = [line["note"] for line in (await forms.record(id_))["lines"]]
    assert notes == ["a", "c", "new"]


@pytest.mark.parametrize(
    ("price", "pay", "good"),
    [("100", "credit", False), ("101", "credit", True), ("1", "cash", True)],
)
async def test_an_option_is_taken_while_it_is_offered(
    forms: Forms, price: str, pay: str, *, good: bool
) -> None:
    if good:
        assert (await forms.tell("create", None, price=price, pay=pay)).ok
    else:
        assert await forms.faults("create", None, price=price, pay=pay) == [
            ("/pay", "records.not_offered")
        ]


async def test_an_option_that_was_right_stays(forms: Forms) -> None:
    id_ = await forms.make("job", price="101", pay="credit")
    assert (await forms.tell("update", id_, price="1")).ok
    assert (await forms.record(id_))["pay"] == "credit"
    assert (await forms.tell("update", id_, pay="cash")).ok
    assert await forms.faults("update", id_, pay="credit") == [("/pay", "records.not_offered")]


async def test_a_reference_fits_the_rest_of_the_form(forms: Forms) -> None:
    north, south = await forms.make("client", area="n"), await forms.make("client", area="s")
    own = await forms.make("site", client=str(north), area="n")
    other = await forms.make("site", client=str(south), area="s")
    nobodys = await forms.make("site", area="s")
    base = {"price": "1", "client": str(north)}
    for site in (own, nobodys):
        assert (await forms.tell("create", None, **base, site=str(site))).ok
    assert await forms.faults("create", None, **base, site=str(other)) == [
        ("/site", "records.not_offered")
    ]
    assert (await forms.tell("create", None, **base, near=str(own))).ok
    assert await forms.faults("create", None, **base, near=str(nobodys)) == [
        ("/near", "records.not_offered")
    ]
    lines = [{"what": "n", "count": "1", "site": str(own)}]
    id_ = await forms.make("job", **base, lines=lines)
    lines = [*lines, {"what": "s", "count": "1", "site": str(own)}]
    assert await forms.faults("update", id_, lines=lines) == [
        ("/lines/1/site", "records.not_offered")
    ]
    assert (await forms.tell("update", id_, client=str(south))).ok


async def test_a_default_is_computed_from_other_fields(forms: Forms) -> None:
    record = await forms.record(await forms.make("job", price="21"))
    assert record["twice"] == Decimal("42.00")
    record = await forms.record(await forms.make("job", price="21", twice="1"))
    assert record["twice"] == Decimal("1.00")


async def test_a_warning_is_told_and_the_record_is_saved(forms: Forms) -> None:
    result = await forms.tell("create", None, price="1.50")
    assert result.ok
    assert [(one.pointer, one.code, one.params) for one in result.warnings] == [
        (
            "/price",
            "records.warning",
            {"rule": "round", "message": {"zh-CN": "价格带小数", "en": "Price with cents"}},
        )
    ]
    assert (await forms.tell("update", result.id, price="2")).warnings == ()


async def test_a_flag_stands_for_as_long_as_it_holds(forms: Forms) -> None:
    client = await forms.make("client", area="n")
    id_ = await forms.make("job", price="1001")
    assert (await forms.record(id_))["marks"] == ["big", "no_client"]
    await forms.tell("update", id_, client=str(client))
    assert (await forms.record(id_))["marks"] == ["big"]
    await forms.tell("update", id_, price="1000")
    assert (await forms.record(id_))["marks"] is None
