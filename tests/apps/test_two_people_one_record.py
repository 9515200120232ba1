"""The promise: whoever saves second is told what changed, who did it and when; nothing is lost."""

from datetime import datetime
from typing import Any

from orderloom.access.actor import Actor
from orderloom.base import clock
from orderloom.records.command import Command
from orderloom.records.errors import VersionConflictError
from orderloom.server import Platform
from tests.apps.company import Api, Company, at_once, found_company
from tests.apps.conftest import MakePerson


async def order_of_two(
    owner: Api, make_person: MakePerson
) -> tuple[Company, dict[str, Any], Api, Api]:
    company = await found_company(owner)
    order = await company.order([(company.products[0], 2)])
    return company, order, await make_person("甲", "clerk"), await make_person("乙", "clerk")


async def test_the_second_writer_is_told_field_person_and_time(
    owner: Api, make_person: MakePerson
) -> None:
    _, order, first, second = await order_of_two(owner, make_person)
    path, before = f"/orders/order/{order['id']}", clock.now()
    await first.call("PATCH", path, {"version": 1, "seller_note": "加急"}, status=200)
    problem = await second.call("PATCH", path, {"version": 1, "buyer_message": "x"}, status=409)
    assert problem["code"] == "records.version_conflict"
    assert (problem["params"]["version"], problem["params"]["yours"]) == (2, 1)
    [change] = problem["params"]["changes"]
    assert change["by"] == "甲"
    assert before <= datetime.fromisoformat(change["at"]) <= clock.now()
    assert change["fields"] == {"seller_note": [None, "加急"]}
    after = await second.get("order", order["id"])
    assert (after["version"], after["seller_note"], after["buyer_message"]) == (2, "加急", None)


async def test_every_missed_change_is_told_newest_first(
    owner: Api, make_person: MakePerson
) -> None:
    _, order, first, second = await order_of_two(owner, make_person)
    path = f"/orders/order/{order['id']}"
    for version, note in ((1, "一"), (2, "二"), (3, "三")):
        await first.call("PATCH", path, {"version": version, "seller_note": note}, status=200)
    problem = await second.call("PATCH", path, {"version": 2, "shop": "x"}, status=409)
    told = [change["fields"]["seller_note"] for change in problem["params"]["changes"]]
    assert told == [["二", "三"], ["一", "二"]]


async def test_changed_lines_are_told_by_line(owner: Api, make_person: MakePerson) -> None:
    _, order, first, second = await order_of_two(owner, make_person)
    path = f"/orders/order/{order['id']}"
    line = order["lines"][0]["id"]
    body = {"version": 1, "lines": [{"id": line, "quantity": "5"}]}
    await first.call("PATCH", path, body, status=200)
    problem = await second.call("PATCH", path, body, status=409)
    fields = problem["params"]["changes"][0]["lines"]["lines"][line]["fields"]
    assert fields["quantity"] == ["2", "5"]
    assert fields["amount"] == ["20.00", "50.00"]
    assert (await second.get("order", order["id"]))["amount"] == "50.00"


async def test_if_match_says_the_same_as_version(owner: Api, make_person: MakePerson) -> None:
    _, order, first, second = await order_of_two(owner, make_person)
    path = f"/orders/order/{order['id']}"
    answer = await first.raw("PATCH", path, {"shop": "a"}, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    late = await second.raw("PATCH", path, {"shop": "b"}, headers={"If-Match": '"1"'})
    assert late.status_code == 409
    gone = await second.raw("DELETE", path, headers={"If-Match": '"1"'})
    assert gone.status_code == 409
    assert (await second.get("order", order["id"]))["shop"] == "a"


async def test_an_action_on_an_older_version_is_refused(
    owner: Api, make_person: MakePerson
) -> None:
    company, order, first, second = await order_of_two(owner, make_person)
    await company.receive(company.products[0], 9)
    path = f"/orders/order/{order['id']}"
    await first.call("PATCH", path, {"version": 1, "shop": "a"}, status=200)
    problem = await second.act(order, "submit", status=409, version=1)
    assert problem["code"] == "records.version_conflict"
    assert (await second.get("order", order["id"]))["state"] == "draft"
    assert (await company.stock(company.products[0]))[1] == 0
    assert (await second.act(order, "submit", version=2))["state"] == "pending_review"


async def test_of_writers_at_once_one_wins(owner: Api, make_person: MakePerson) -> None:
    _, order, first, second = await order_of_two(owner, make_person)
    path = f"/orders/order/{order['id']}"
    people = [first, second] * 3
    answers = await at_once(
        *(
            one.raw("PATCH", path, {"version": 1, "shop": str(number)})
            for number, one in enumerate(people)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
    won = next(answer.json() for answer in answers if answer.status_code == 200)
    after = await owner.get("order", order["id"])
    assert (after["version"], after["shop"]) == (2, won["shop"])


async def test_a_conflict_shows_nothing_to_whom_the_record_is_hidden(
    owner: Api, make_person: MakePerson
) -> None:
    _, order, first, _ = await order_of_two(owner, make_person)
    stranger = await make_person("丙", "sales")
    path = f"/orders/order/{order['id']}"
    await first.call("PATCH", path, {"version": 1, "shop": "a"}, status=200)
    problem = await stranger.call("PATCH", path, {"version": 1, "shop": "b"}, status=404)
    nobody = await stranger.call(
        "PATCH", "/orders/order/7", {"version": 1, "shop": "b"}, status=404
    )
    assert problem["code"] == nobody["code"] == "records.not_found"
    bad = {"version": 1, "no_such_field": 1}
    assert (await stranger.call("PATCH", path, bad, status=404))["code"] == "records.not_found"


async def test_who_is_late_in_one_batch_is_told_what_the_batch_did(
    owner: Api, platform: Platform
) -> None:
    company = await found_company(owner)
    order = await company.order([(company.products[0], 2)])
    both = [
        Command(
            kind="update",
            entity="orders.order",
            id=int(order["id"]),
            version=1,
            changes=changes,
            actor=Actor.system("test"),
        )
        for changes in ({"seller_note": "加急"}, {"buyer_message": "x"})
    ]
    first, second = await platform.records.apply(both)
    assert (first.version, first.record and first.record["seller_note"]) == (2, "加急")
    assert isinstance(second.problem, VersionConflictError)
    [change] = second.problem.params["changes"]
    assert change["fields"] == {"seller_note": [None, "加急"]}
    after = await owner.get("order", order["id"])
    assert (after["version"], after["seller_note"], after["buyer_message"]) == (2, "加急", None)
