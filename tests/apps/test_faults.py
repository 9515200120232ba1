"""The promise: a payload with nine faults answers with nine, and nothing is saved."""

from tests.apps.company import Api, found_company


async def test_nine_faults_answer_with_nine_places(owner: Api) -> None:
    company = await found_company(owner)
    before = await owner.items("order")
    problem = await owner.call(
        "POST",
        "/orders/order",
        {
            "customer": "99",
            "ordered_at": "yesterday",
            "discount": "many",
            "invoice_kind": "no such kind",
            "colour": "red",
            "lines": [
                {"product": company.products[0], "quantity": "0"},
                {"product": "98", "quantity": "1"},
                {"quantity": "x"},
            ],
        },
        status=422,
    )
    found = sorted(fault["pointer"] for fault in problem["errors"])
    assert found == [
        "/colour",
        "/customer",
        "/discount",
        "/invoice_kind",
        "/lines/0/quantity",
        "/lines/1/product",
        "/lines/2/product",
        "/lines/2/quantity",
        "/ordered_at",
    ]
    assert all(fault["message"] for fault in problem["errors"])
    assert await owner.items("order") == before


async def test_a_state_nobody_may_set_hides_no_other_fault(owner: Api) -> None:
    company = await found_company(owner)
    line = {"product": company.products[0], "quantity": "1"}
    sound = {"customer": company.customer, "lines": [line], "state": "approved"}
    problem = await owner.call("POST", "/orders/order", sound, status=409)
    assert problem["code"] == "records.illegal_transition"
    problem = await owner.call(
        "POST",
        "/orders/order",
        sound | {"customer": "99", "lines": [{"quantity": "0"}]},
        status=422,
    )
    assert sorted(fault["pointer"] for fault in problem["errors"]) == [
        "/customer",
        "/lines/0/product",
        "/lines/0/quantity",
        "/state",
    ]
    assert await owner.items("order") == []


async def test_soft_faults_become_an_exception_with_all_reasons(owner: Api) -> None:
    company = await found_company(owner)
    await company.receive(company.products[0], 5)
    order = await company.order(
        [(company.products[0], 1)],
        receiver_phone="123",
        address={"province": "广东省", "detail": "某处"},
    )
    order = await owner.act(order, "submit")
    assert order["state"] == "exception"
    assert set(order["exceptions"]) >= {"address", "phone"}
    on_hand, reserved, _ = await company.stock(company.products[0])
    assert (on_hand, reserved) == (5, 0)

    order = await owner.call(
        "PATCH",
        f"/orders/order/{order['id']}",
        {
            "version": order["version"],
            "receiver_phone": "13800138000",
            "address": {
                "province": "广东省",
                "city": "深圳市",
                "district": "南山区",
                "detail": "科技路1号",
            },
        },
        status=200,
    )
    order = await owner.act(order, "submit")
    assert order["state"] == "pending_review"
    assert not order["exceptions"]


async def test_the_second_of_two_savers_is_told_what_changed(owner: Api) -> None:
    company = await found_company(owner)
    order = await company.order([(company.products[0], 1)])
    path = f"/orders/order/{order['id']}"
    await owner.call("PATCH", path, {"version": 1, "seller_note": "加急"}, status=200)
    problem = await owner.call("PATCH", path, {"version": 1, "buyer_message": "x"}, status=409)
    assert problem["code"] == "records.version_conflict"
    changes = problem["params"]["changes"]
    assert changes[0]["fields"]["seller_note"] == [None, "加急"]
    after = await owner.get("order", order["id"])
    assert (after["version"], after["buyer_message"]) == (2, None)
