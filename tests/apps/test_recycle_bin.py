"""The promise: what was deleted lies in the recycle bin and comes back whole, for those who may."""

from tests.apps.company import Api, found_company
from tests.apps.conftest import MakePerson


async def test_a_draft_goes_to_the_bin_and_comes_back_with_its_lines(owner: Api) -> None:
    company = await found_company(owner)
    order = await company.order([(company.products[0], 2)])
    before = await owner.get("order", order["id"])
    await owner.call("DELETE", f"/orders/order/{order['id']}", status=204)
    assert await owner.items("order") == []
    [gone] = await owner.items("order", deleted="true", fields="customer,lines")
    assert gone["id"] == order["id"]
    assert [line["quantity"] for line in gone["lines"]] == ["2"]

    back = await owner.call("POST", f"/orders/order/{order['id']}/restore", {}, status=200)
    assert back["deleted_at"] is None
    changed = ("version", "updated_at")
    after = await owner.get("order", order["id"])
    assert {key: value for key, value in after.items() if key not in changed} == {
        key: value for key, value in before.items() if key not in changed
    }
    assert await owner.items("order", deleted="true") == []
    history = await owner.call("GET", f"/orders/order/{order['id']}/history", status=200)
    assert [event["kind"] for event in history["items"]] == ["restore", "delete", "create"]


async def test_what_is_not_in_the_bin_cannot_be_restored(owner: Api) -> None:
    company = await found_company(owner)
    order = await company.order([(company.products[0], 2)])
    problem = await owner.call("POST", f"/orders/order/{order['id']}/restore", {}, status=404)
    assert problem["code"] == "records.not_found"
    assert (await owner.get("order", order["id"]))["version"] == 1


async def test_a_restored_record_keeps_its_promises(owner: Api) -> None:
    """Unique values may have been given away, and what it refers to may be gone too."""
    company = await found_company(owner)
    other = await owner.create("customer", code="K2", name="别家")
    order = await company.order([(company.products[0], 2)], customer=other["id"])
    await owner.call("DELETE", f"/orders/order/{order['id']}", status=204)
    await owner.call("DELETE", f"/orders/customer/{other['id']}", status=204)
    problem = await owner.call("POST", f"/orders/order/{order['id']}/restore", {}, status=422)
    assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [
        ("/customer", "records.unknown_reference")
    ]
    await owner.create("customer", code="K2", name="新来的")
    problem = await owner.call("POST", f"/orders/customer/{other['id']}/restore", {}, status=422)
    assert [one["pointer"] for one in problem["errors"]] == ["/code"]
    assert await owner.items("order") == []


async def test_the_bin_shows_what_one_may_see_and_delete(
    owner: Api, make_person: MakePerson
) -> None:
    company = await found_company(owner)
    mine, theirs = await make_person("sales1", "sales"), await make_person("sales2", "sales")
    customer = await mine.create("customer", code="K3", name="我的客户")
    order = await company.order([(company.products[0], 1)], api=mine, customer=customer["id"])
    await mine.call("DELETE", f"/orders/order/{order['id']}", status=204)
    assert [one["id"] for one in await mine.items("order", deleted="true")] == [order["id"]]
    assert await theirs.items("order", deleted="true") == []
    await theirs.call("POST", f"/orders/order/{order['id']}/restore", {}, status=404)

    keeper = await make_person("keeper", "warehouse")
    problem = await keeper.call("GET", "/orders/order?deleted=true", status=403)
    assert problem["code"] == "records.not_allowed"
    assert len(await owner.items("order", deleted="true")) == 1
