"""Drafts: edited by several, checked, compared, published once."""

import pytest

from orderloom.definition.json import from_data
from orderloom.definition.patch import OperationError, operations
from orderloom.publish.drafts import Drafts
from orderloom.publish.errors import (
    DraftClosedError,
    DraftNotFoundError,
    PublishConflictError,
    PublishRefusedError,
)
from orderloom.publish.publisher import Publisher
from orderloom.storage.live import UnknownAppError
from tests.support.sample_app import data, field, label, sample

pytestmark = pytest.mark.asyncio

COLOUR = operations([{"op": "put", "path": "entities/order/fields/colour", "value": field("text")}])


async def test_a_draft_is_patched_checked_compared_and_published(
    publisher: Publisher, drafts: Drafts
) -> None:
    await publisher.publish_app(sample(), actor_id=None)
    draft = await drafts.create("sample", "Colours", 7)
    patched = await drafts.patch("sample", draft, COLOUR, 7)
    assert (patched.revision, patched.findings, patched.overwritten) == (2, (), ())
    findings = await drafts.check("sample", draft)
    assert [one for one in findings if one.level == "error"] == []
    preview = await drafts.diff("sample", draft)
    assert [change.code for change in preview.changes] == ["definition.change.field_added"]
    assert preview.plan.ddl == ['alter table "sample"."order" add column "colour" text']
    published = await drafts.publish("sample", draft, 7)
    assert (published.version, published.online_steps) == (2, ())
    assert "colour" in publisher.catalog.entity("sample.order").fields
    stored = await drafts.get("sample", draft)
    assert (stored.state, stored.published_version) == ("published", 2)
    with pytest.raises(DraftClosedError):
        await drafts.publish("sample", draft, 7)
    with pytest.raises(DraftClosedError):
        await drafts.patch("sample", draft, COLOUR, 7)


async def test_a_draft_may_be_wrong_for_a_while(publisher: Publisher, drafts: Drafts) -> None:
    await publisher.publish_app(sample(), actor_id=None)
    draft = await drafts.create("sample", "Wrong", 7)
    broken = operations(
        [{"op": "put", "path": "entities/order/fields/colour", "value": {"kind": "txt"}}]
    )
    patched = await drafts.patch("sample", draft, broken, 7)
    expected = [("entities/order/fields/colour", "definition.unknown_kind")]
    assert [(one.path, one.code) for one in patched.findings] == expected
    assert [(one.path, one.code) for one in await drafts.check("sample", draft)] == expected
    for refused in (drafts.diff("sample", draft), drafts.publish("sample", draft, 7)):
        with pytest.raises(PublishRefusedError):
            await refused
    await drafts.patch("sample", draft, COLOUR, 7)
    assert (await drafts.publish("sample", draft, 7)).version == 2


async def test_a_bad_operation_changes_nothing(publisher: Publisher, drafts: Drafts) -> None:
    await publisher.publish_app(sample(), actor_id=None)
    draft = await drafts.create("sample", "Bad", 7)
    wrong = operations(
        [
            {"op": "put", "path": "entities/order/fields/colour", "value": field("text")},
            {"op": "remove", "path": "entities/nothing"},
        ]
    )
    with pytest.raises(OperationError) as caught:
        await drafts.patch("sample", draft, wrong, 7)
    assert [fault.pointer for fault in caught.value.errors] == ["/operations/1/path"]
    with pytest.raises(OperationError):
        await drafts.patch(
            "sample", draft, operations([{"op": "put", "path": "id", "value": "x"}]), 7
        )
    stored = await drafts.get("sample", draft)
    assert (stored.revision, "colour" in stored.data["entities"]["order"]["fields"]) == (1, False)


async def test_overwriting_somebody_is_told(publisher: Publisher, drafts: Drafts) -> None:
    await publisher.publish_app(sample(), actor_id=None)
    draft = await drafts.create("sample", "Two", 7)
    await drafts.patch("sample", draft, COLOUR, 7, revision=1)
    theirs = operations(
        [{"op": "put", "path": "entities/order/fields/colour/max_length", "value": 9}]
    )
    patched = await drafts.patch("sample", draft, theirs, 8, revision=1)
    assert [(one["path"], one["by"]) for one in patched.overwritten] == [
        ("entities/order/fields/colour", 7)
    ]
    patched = await drafts.patch("sample", draft, theirs, 8, revision=3)
    assert patched.overwritten == ()


async def test_publishing_after_somebody_else_is_a_conflict(
    publisher: Publisher, drafts: Drafts
) -> None:
    await publisher.publish_app(sample(), actor_id=None)
    draft = await drafts.create("sample", "Late", 7)
    await drafts.patch("sample", draft, COLOUR, 7)
    changed = data()
    changed["label"] = label("Sooner")
    await publisher.publish_app(from_data(changed), actor_id=8)
    with pytest.raises(PublishConflictError) as caught:
        await drafts.publish("sample", draft, 7)
    assert [fault.pointer for fault in caught.value.errors] == ["/label"]
    assert (await drafts.get("sample", draft)).state == "open"


async def test_a_new_app_begins_as_a_draft(publisher: Publisher, drafts: Drafts) -> None:
    with pytest.raises(UnknownAppError):
        await drafts.create("tools", "工具", 7)
    draft = await drafts.create("tools", "工具", 7, new_app=True)
    entity = {"label": label("Tool"), "title": "name", "fields": {"name": field("text")}}
    await drafts.patch(
        "tools", draft, operations([{"op": "put", "path": "entities/tool", "value": entity}]), 7
    )
    assert (await drafts.publish("tools", draft, 7)).version == 1
    assert publisher.catalog.entity("tools.tool").title == "name"


async def test_drafts_belong_to_their_app(publisher: Publisher, drafts: Drafts) -> None:
    await publisher.publish_app(sample(), actor_id=None)
    draft = await drafts.create("sample", "Mine", 7)
    assert [one["id"] for one in await drafts.list("sample")] == [draft]
    with pytest.raises(DraftNotFoundError):
        await drafts.get("other", draft)
    await drafts.discard("sample", draft, 7)
    assert await drafts.list("sample") == []
    with pytest.raises(DraftClosedError):
        await drafts.discard("sample", draft, 7)
