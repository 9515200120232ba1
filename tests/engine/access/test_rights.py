"""What nobody granted is denied, what several roles grant adds up, and no row slips out of scope."""

from decimal import Decimal

import pytest
import pytest_asyncio

from orderloom.access.actor import Actor
from orderloom.database import Database
from tests.engine.access.notes_app import NOTE, Notes, open_notes


@pytest_asyncio.fixture
async def notes(database: Database) -> Notes:
    return await open_notes(database)


@pytest.mark.parametrize("roles", [(), ("nothing",), ("blind",)], ids=str)
async def test_without_a_grant_to_see_there_is_nothing(notes: Notes, roles: tuple[str]) -> None:
    """Rights to change what one may not see are none."""
    actor = await notes.person(*roles)
    id_ = await notes.create()
    assert notes.rights(actor) is None
    assert await notes.asked(actor) == "records.entity_not_found"
    for what in ("update", "delete"):
        assert await notes.refused(what, actor, id_) == "records.entity_not_found"
    assert await notes.refused("create", actor, None, name="x") == "records.entity_not_found"
    assert await notes.refused("action", actor, id_, action="shut") == "records.entity_not_found"


async def test_a_role_of_another_app_is_no_role_here(notes: Notes) -> None:
    stranger = Actor(person_id=9, login="x", name="x", roles=frozenset({"other.reader", "reader"}))
    assert notes.rights(stranger) is None


async def test_seeing_is_not_changing(notes: Notes) -> None:
    reader = await notes.person("reader")
    id_ = await notes.create()
    assert await notes.seen(reader) == {id_}
    for what in ("update", "delete"):
        assert await notes.refused(what, reader, id_, name="y") == "records.not_allowed"
    assert await notes.refused("create", reader, None, name="x") == "records.not_allowed"
    assert await notes.refused("action", reader, id_, action="shut") == "records.not_allowed"


async def test_rows_out_of_scope_do_not_exist(notes: Notes) -> None:
    clerk = await notes.person("clerk")
    own, other = await notes.create(clerk), await notes.create()
    assert await notes.seen(clerk) == {own}
    assert await notes.seen(clerk, filter='name = "n"') == {own}
    for what in ("update", "delete"):
        assert await notes.refused(what, clerk, other, name="y") == "records.not_found"
    assert await notes.refused("action", clerk, other, action="shut") == "records.not_found"
    assert (await notes.tell("update", clerk, own, name="y")).ok
    assert (await notes.tell("action", clerk, own, action="shut")).ok
    assert (await notes.tell("delete", clerk, await notes.create(clerk))).ok


async def test_nobody_moves_a_record_out_of_their_scope(notes: Notes) -> None:
    clerk, reader = await notes.person("clerk"), await notes.person("reader")
    own = await notes.create(clerk)
    code = await notes.refused("update", clerk, own, keeper=str(reader.person_id))
    assert code == "records.out_of_scope"
    north = await notes.person("north")
    id_ = await notes.create(north, area="north")
    assert await notes.refused("update", north, id_, area="south") == "records.out_of_scope"
    assert await notes.refused("update", north, id_, area=None) == "records.out_of_scope"
    assert (await notes.tell("update", north, id_, name="y")).ok


async def test_nobody_makes_a_record_outside_their_scope(notes: Notes) -> None:
    north = await notes.person("north")
    for area in ("south", None):
        code = await notes.refused("create", north, None, name="x", area=area)
        assert code == "records.out_of_scope"
    assert await notes.create(north, area="north") in await notes.seen(north)


async def test_what_one_sees_but_may_not_edit_stays(notes: Notes) -> None:
    editor = await notes.person("editor")
    north, south = await notes.create(area="north"), await notes.create(area="south")
    assert await notes.seen(editor) == {north, south}
    assert await notes.refused("update", editor, south, area="north") == "records.not_allowed"
    assert await notes.refused("update", editor, north, area="south") == "records.out_of_scope"
    assert (await notes.tell("update", editor, north, name="y")).ok


async def test_a_batch_keeps_what_is_allowed(notes: Notes) -> None:
    from orderloom.records.command import Command

    north = await notes.person("north")
    ids = [await notes.create(area="north") for _ in range(3)]
    areas = ["north", "south", "north"]
    results = await notes.records.apply(
        [
            Command(kind="update", entity=NOTE, actor=north, id=id_, changes={"area": area, "name": "z"})
            for id_, area in zip(ids, areas, strict=True)
        ]
    )  # fmt: skip
    assert [one.ok for one in results] == [True, False, True]
    rows = await notes.everything()
    assert [(row["area"], row["name"]) for row in rows[:-1]] == [
        ("north", "z"),
        ("north", "n"),
        ("north", "z"),
    ]


async def test_roles_add_up(notes: Notes) -> None:
    both = await notes.person("clerk", "north")
    own = await notes.create(both, area="south")
    north, south = await notes.create(area="north"), await notes.create(area="south")
    assert await notes.seen(both) == {own, north}
    assert (await notes.tell("update", both, north, name="y")).ok
    assert (await notes.tell("update", both, own, name="y")).ok
    assert await notes.refused("update", both, south, name="y") == "records.not_found"
    assert await notes.refused("delete", both, north) == "records.not_allowed"
    assert (await notes.tell("delete", both, own)).ok


async def test_a_right_to_edit_reaches_as_far_as_its_own_role_sees(notes: Notes) -> None:
    """Seeing more by another role is no reason to change more."""
    both, other_one = await notes.person("whole", "reader"), await notes.person("reader")
    own, other = await notes.create(keeper=str(both.person_id)), await notes.create()
    assert await notes.seen(both) == {own, other}
    assert (await notes.tell("update", both, own, name="y")).ok
    assert await notes.refused("update", both, other, name="y") == "records.not_allowed"
    assert await notes.refused("delete", both, other) == "records.not_allowed"
    code = await notes.refused("update", both, own, keeper=str(other_one.person_id))
    assert code == "records.out_of_scope"


async def test_a_hidden_field_is_unknown_on_every_path(notes: Notes) -> None:
    actor = await notes.person("priceless")
    id_ = await notes.create(price="7")
    assert "price" not in await notes.record(actor, id_)
    for query in ({"filter": "price > 1"}, {"sort": "price"}, {"fields": ["price"]}):
        assert await notes.asked(actor, **query) == "records.unknown_field", query
    assert await notes.refused("update", actor, id_, price="1") == "records.unknown_field"
    assert (
        await notes.refused("create", actor, None, name="x", price="1") == "records.unknown_field"
    )
    assert (await notes.tell("update", actor, id_, name="y")).ok
    assert (await notes.everything())[0]["price"] == 7


async def test_a_field_to_read_may_be_sent_back_but_not_changed(notes: Notes) -> None:
    looker = await notes.person("looker")
    id_ = await notes.create(price="7")
    assert (await notes.record(looker, id_))["price"] == Decimal(7)
    assert (await notes.tell("update", looker, id_, price="7", name="y")).ok
    assert await notes.refused("update", looker, id_, price="8") == "access.read_only"


@pytest.mark.parametrize(
    ("roles", "hidden", "read_only"),
    [
        (("priceless",), {"price"}, set()),
        (("looker",), {"remark"}, {"price"}),
        (("priceless", "looker"), set(), {"price"}),
        (("looker", "writer"), {"remark"}, set()),
        (("priceless", "reader"), set(), set()),
    ],
)
async def test_a_mask_holds_when_every_role_has_it(
    notes: Notes, roles: tuple[str, ...], hidden: set[str], read_only: set[str]
) -> None:
    rights = notes.rights(await notes.person(*roles))
    assert rights is not None
    assert (rights.hidden, rights.read_only) == (hidden, read_only)


async def test_owner_and_system_are_not_limited(notes: Notes) -> None:
    id_ = await notes.create(price="7")
    boss = Actor(person_id=1, login="boss", name="boss", is_owner=True)
    for actor in (boss, Actor.system()):
        assert await notes.seen(actor) == {id_}
        assert (await notes.tell("update", actor, id_, price="8")).ok


async def test_a_right_can_say_why(notes: Notes) -> None:
    rights = notes.rights(await notes.person("clerk", "north"))
    assert rights is not None
    scopes = {one["scope"] for one in rights.why("see")}
    assert scopes == {"owner_id = CURRENT_USER()", 'area = "north"'}
    assert rights.why("export") == []
