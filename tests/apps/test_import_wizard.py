"""What the import wizard asks of the server: a look at a file, a try, the real run, a template."""

import io
import json
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import httpx
import openpyxl
import pytest
import xlsxwriter

from orderloom.http import import_api
from orderloom.server import Platform
from tests.apps.company import JSON, Api
from tests.apps.conftest import MakePerson
from tests.apps.test_drafts_and_publish import draft

PRODUCTS = '商品编码,商品名称,单位,含税单价,颜色\nA1,传感器,个,12.50,红\nA2,开关,个,"1,280.00",蓝\n'


async def send(
    api: Api, path: str, content: bytes | None = None, name: str = "a.csv", **form: str
) -> httpx.Response:
    """Post a form with a file below /orders."""
    files = {"file": (name, content, "application/octet-stream")} if content is not None else None
    return await api.client.post(
        f"/api/v1/orders{path}", files=files, data=form, headers=api.headers
    )


async def look(api: Api, content: bytes, name: str = "a.csv", entity: str = "product") -> JSON:
    """The preview of a file."""
    answer = await send(api, f"/{entity}/import/preview", content, name)
    assert answer.status_code == 200, answer.text
    found: JSON = answer.json()
    return found


async def run(
    api: Api, platform: Platform, content: bytes | None, entity: str = "product", **form: str
) -> JSON:
    """Start an import, let the worker do it, and answer the job."""
    answer = await send(api, f"/{entity}/import", content, **form)
    assert answer.status_code == 202, answer.text
    while await platform.worker.step():
        pass
    job: JSON = await api.call("GET", f"/jobs/{answer.json()['job']}", status=200)
    return job


def workbook(rows: list[list[Any]]) -> bytes:
    """An xlsx of one sheet."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, row)
    book.close()
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_columns_are_known_by_their_labels(owner: Api, encoding: str) -> None:
    found = await look(owner, PRODUCTS.encode(encoding))
    assert found["columns"] == ["商品编码", "商品名称", "单位", "含税单价", "颜色"]
    assert (found["rows"], found["problems"], found["shipped"]) == (2, [], None)
    assert found["sample"][1] == ["A2", "开关", "个", "1,280.00", "蓝"]
    assert found["suggested"] == {
        "columns": {"商品编码": "sku", "商品名称": "name", "单位": "unit", "含税单价": "price"},
        "key": "sku",
        "mode": "normal",
        "source": "names",
    }


async def test_keys_and_english_labels_are_known_too(owner: Api) -> None:
    found = await look(owner, workbook([["sku", "Name", " UNIT ", "Price incl. tax"], [1, "x"]]))
    assert found["suggested"]["columns"] == {
        "sku": "sku",
        "Name": "name",
        "UNIT": "unit",
        "Price incl. tax": "price",
    }
    assert found["sample"] == [["1", "x", "", ""]]


async def test_columns_of_lines_are_known_as_an_export_names_them(owner: Api) -> None:
    content = "外部单号,客户,商品,商品明细.数量\nX1,K1,A1,2\n".encode()
    found = await look(owner, content, entity="order")
    assert found["suggested"]["columns"] == {
        "外部单号": "external_no",
        "客户": "customer",
        "商品": "lines.product",
        "商品明细.数量": "lines.quantity",
    }


async def test_a_choice_of_columns_is_remembered_by_who_made_it(
    owner: Api, platform: Platform, make_person: MakePerson
) -> None:
    content = "货号,品名,单位,价\nA1,传感器,个,12.50\n".encode()
    assert (await look(owner, content))["suggested"]["columns"] == {"单位": "unit"}
    columns = {"货号": "sku", "品名": "name", "单位": "unit", "价": "price"}
    job = await run(
        owner, platform, content, columns=json.dumps(columns), key="sku", dry_run="true"
    )
    assert (job["state"], job["result"]["created"]) == ("done", 1)
    assert job["asked"]["columns"] == columns
    again = await look(owner, "价,单位,品名,货号\n1,个,x,B1\n".encode())
    assert again["suggested"] == {
        "columns": columns,
        "key": "sku",
        "mode": "normal",
        "source": "remembered",
    }
    clerk = await make_person("clerk", "clerk")
    assert (await look(clerk, content))["suggested"]["columns"] == {"单位": "unit"}


async def test_a_try_keeps_nothing_and_the_real_run_takes_its_file(
    owner: Api, platform: Platform
) -> None:
    await owner.create("product", sku="A1", name="传感器", unit="个", price="12.50")
    await owner.create("product", sku="A2", name="开关", unit="个", price="1")
    rows = PRODUCTS + "A3,灯,个,贵,白\nA4,,个,3,白\n,灯,个,3,白\n"
    columns = json.dumps(
        {"商品编码": "sku", "商品名称": "name", "单位": "unit", "含税单价": "price"}
    )
    tried = await run(owner, platform, rows.encode(), columns=columns, dry_run="true")
    result = tried["result"]
    counted = [result[key] for key in ("created", "updated", "unchanged", "failed")]
    assert counted == [0, 1, 1, 3]
    faults = [(one["row"], one["column"]) for one in result["faults"]]
    assert faults == [(4, "含税单价"), (5, "商品名称"), (6, "商品编码")]
    assert all(one["message"] for one in result["faults"])
    assert "/" not in "".join(one["message"] for one in result["faults"])
    prices = {item["sku"]: item["price"] for item in await owner.items("product")}
    assert prices == {"A1": "12.50", "A2": "1.00"}
    done = await run(owner, platform, None, job=tried["id"])
    assert done["asked"] | {"dry_run": True} == tried["asked"]
    assert [done["result"][key] for key in ("created", "updated", "unchanged", "failed")] == counted
    prices = {item["sku"]: item["price"] for item in await owner.items("product")}
    assert prices == {"A1": "12.50", "A2": "1280.00"}
    book = await owner.client.get(done["errors"], headers=owner.headers)
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).active
    assert sheet is not None
    assert [row[1] for row in sheet.iter_rows(min_row=2, values_only=True)] == ["A3", "A4", None]


async def test_people_are_found_by_name_or_login(
    owner: Api, platform: Platform, make_person: MakePerson
) -> None:
    await make_person("sales1", "sales")
    content = "编码,名称,业务员\nK1,广联,sales1\nK2,广通,没有的人\n".encode()
    job = await run(owner, platform, content, "customer")
    assert (job["result"]["created"], job["result"]["failed"]) == (1, 1)
    assert [(one["row"], one["column"]) for one in job["result"]["faults"]] == [(3, "业务员")]
    [customer] = await owner.items("customer")
    page = await owner.call("GET", "/people?search=sales1", status=200)
    assert customer["salesperson"] == page["items"][0]["id"]


async def test_another_field_may_tell_records_apart(owner: Api, platform: Platform) -> None:
    await owner.create("product", sku="A1", barcode="690", name="传感器", unit="个", price="1")
    columns = json.dumps({"条码": "barcode", "价": "price"})
    content = "条码,价\n690,2\n".encode()
    job = await run(owner, platform, content, columns=columns, key="barcode")
    assert (job["result"]["created"], job["result"]["updated"]) == (0, 1)
    [product] = await owner.items("product")
    assert (product["sku"], product["price"]) == ("A1", "2.00")


async def test_a_key_that_several_records_share_changes_none_of_them(
    owner: Api, platform: Platform
) -> None:
    for sku in ("A1", "A2"):
        await owner.create("product", sku=sku, name=sku, unit="个", price="1")
    columns = json.dumps({"单位": "unit", "价": "price"})
    job = await run(owner, platform, "单位,价\n个,9\n".encode(), columns=columns, key="unit")
    assert (job["result"]["updated"], job["result"]["failed"]) == (0, 1)
    [fault] = job["result"]["faults"]
    assert (fault["row"], fault["column"]) == (2, "单位")
    assert "个" in fault["message"]
    assert {item["price"] for item in await owner.items("product")} == {"1.00"}


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.xlsx", "intake.empty_file"),
        (b" \r\n", "a.csv", "intake.empty_file"),
        (b"%PDF-1.7 ...", "a.pdf", "intake.unreadable_file"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a.csv", "intake.unreadable_file"),
        (b"PK\x03\x04 no workbook", "a.xlsx", "intake.unreadable_file"),
        (
            b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
            "a.xlsx",
            "intake.locked_workbook",
        ),
        (workbook([["sku"], ["A1"]]), "a.xlsm", "intake.macro_workbook"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_in_words(
    owner: Api, platform: Platform, content: bytes, name: str, code: str
) -> None:
    answer = await send(owner, "/product/import/preview", content, name)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert name in answer.json()["detail"]
    started = await send(owner, "/product/import", content, name)
    await platform.worker.step()
    job = await owner.call("GET", f"/jobs/{started.json()['job']}", status=200)
    assert (job["state"], job["result"]["code"]) == ("failed", code)
    assert name in job["result"]["message"]
    assert await owner.items("product") == []


async def test_a_workbook_with_a_program_inside_is_refused(owner: Api) -> None:
    out = io.BytesIO(workbook([["sku"], ["A1"]]))
    with zipfile.ZipFile(out, "a") as parts:
        parts.writestr("xl/vbaProject.bin", b"x")
    answer = await send(owner, "/product/import/preview", out.getvalue(), "a.xlsx")
    assert answer.json()["code"] == "intake.macro_workbook"


async def test_all_that_is_wrong_with_a_table_is_told_at_once(
    owner: Api, platform: Platform
) -> None:
    content = "商品编码,单位,单位\n".encode()
    found = await look(owner, content)
    assert [one["code"] for one in found["problems"]] == [
        "intake.repeated_column",
        "intake.no_rows",
    ]
    assert "单位" in found["problems"][0]["message"]
    assert found["columns"] == ["商品编码", "单位"]
    job = await run(owner, platform, content + "A1,个,箱\n".encode())
    assert job["state"] == "failed"
    assert [one["code"] for one in job["result"]["errors"]] == ["intake.repeated_column"]
    assert "单位" in job["result"]["errors"][0]["message"]
    assert await owner.items("product") == []


async def test_wrong_columns_are_all_told_and_nothing_is_queued(
    owner: Api, platform: Platform
) -> None:
    content = PRODUCTS.encode()
    for columns, pointers in (
        ({"商品编码": "nothing", "单位": "secret"}, ["/columns/商品编码", "/columns/单位"]),
        ({"商品名称": "name", "单位": "name"}, ["/columns/单位", "/key"]),
    ):
        answer = await send(owner, "/product/import", content, columns=json.dumps(columns))
        assert answer.status_code == 422, answer.text
        assert [one["pointer"] for one in answer.json()["errors"]] == pointers
        assert all(one["message"] for one in answer.json()["errors"])
    for form in ({"columns": "["}, {"columns": '{"a": 1}'}, {"mode": "free"}):
        answer = await send(owner, "/product/import", content, **form)
        assert answer.status_code in (400, 422), answer.text
    assert not await platform.worker.step()


async def test_who_may_not_import_is_told_nothing(
    owner: Api, platform: Platform, make_person: MakePerson
) -> None:
    sales, clerk = await make_person("sales1", "sales"), await make_person("clerk", "clerk")
    for path in ("/product/import/preview", "/product/import"):
        answer = await send(sales, path, PRODUCTS.encode())
        assert answer.status_code == 403, answer.text
    await sales.call("GET", "/orders/product/import/template.xlsx", status=403)
    mine = await run(owner, platform, PRODUCTS.encode(), dry_run="true")
    for path in ("/product/import/preview", "/product/import"):
        answer = await send(clerk, path, job=mine["id"])
        assert (answer.status_code, answer.json()["code"]) == (404, "jobs.not_found")
        answer = await send(owner, path.replace("product", "customer"), job=mine["id"])
        assert (answer.status_code, answer.json()["code"]) == (404, "jobs.not_found")
    assert not await platform.worker.step()
    assert await owner.items("product") == []


async def test_hidden_fields_are_neither_named_nor_taken(
    platform: Platform, make_person: MakePerson
) -> None:
    clerk = await make_person("clerk", "clerk")
    content = "商品编码,商品名称,单位,含税单价,成本\nA1,传感器,个,1,2\n".encode()
    found = await look(clerk, content)
    assert "cost" not in {one["name"] for one in found["fields"]}
    assert "成本" not in found["suggested"]["columns"]
    answer = await send(clerk, "/product/import", content, columns='{"成本": "cost"}')
    assert answer.status_code == 422
    assert not await platform.worker.step()


async def test_the_template_fits_the_import(owner: Api, platform: Platform) -> None:
    for entity, must in (("product", "商品编码"), ("order", "商品明细.商品")):
        answer = await owner.client.get(
            f"/api/v1/orders/{entity}/import/template.xlsx", headers=owner.headers
        )
        assert answer.status_code == 200
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        sheet, guide = book.worksheets
        headers = [cell.value for cell in sheet[1]]
        assert must in headers
        assert [row[0].value for row in guide.iter_rows(min_row=2)] == headers
        found = await look(owner, answer.content, "模板.xlsx", entity)
        assert sorted(found["suggested"]["columns"]) == sorted(str(one) for one in headers)
        assert [one["code"] for one in found["problems"]] == ["intake.no_rows"]


async def test_a_file_that_does_not_tell_its_length_is_counted(
    owner: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_api, "IMPORT_LIMIT", 10_000)
    given = {"Content-Type": "multipart/form-data; boundary=b"}

    async def body(size: int) -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        yield PRODUCTS.encode()
        for _ in range(size):
            yield b"A3,x,x,1,x\n" * 100
        yield b"\r\n--b--\r\n"

    async def post(size: int) -> httpx.Response:
        path = "/api/v1/orders/product/import/preview"
        return await owner.client.post(path, content=body(size), headers=owner.headers | given)

    good = await post(5)
    assert (good.status_code, good.json()["rows"]) == (200, 502)
    bad = await post(1000)
    assert (bad.status_code, bad.json()["code"]) == (413, "http.too_large")


async def test_an_import_asks_nothing_about_hidden_fields(
    owner: Api, platform: Platform, make_person: MakePerson
) -> None:
    clerk = await make_person("cleo", "clerk")
    await owner.create("product", sku="A1", name="传感器", unit="个", price="9", cost="5")
    given = {"steps": [{"entity": "orders.product", "key": {"sku": "a"}, "columns": {"cost": "b"}}]}
    by_cost = {"steps": [{"entity": "orders.product", "key": {"cost": "b"}}]}
    found = {"column": "b", "match": "cost"}
    lines = {"key": "lines", "columns": {"product": found, "quantity": "a"}}
    order = {"steps": [{"entity": "orders.order", "key": {"external_no": "a"}, "lines": lines}]}

    async def told(header: str, value: str, entity: str, mapping: JSON | None) -> JSON:
        form = {} if mapping is None else {"mapping": json.dumps(mapping)}
        content = f"{header}\nA1,{value}\n".encode()
        job = await run(clerk, platform, content, entity, dry_run="true", **form)
        return {"state": job["state"], **{k: job["result"].get(k) for k in ("unchanged", "errors")}}

    for header, entity, mapping, state in (
        ("商品编码,成本", "product", None, "done"),
        ("a,b", "product", given, "failed"),
        ("a,b", "product", by_cost, "failed"),
        ("a,b", "order", order, "failed"),
    ):
        right = await told(header, "5", entity, mapping)
        assert right == await told(header, "6", entity, mapping)
        assert right["state"] == state, right
        if state == "failed":
            assert {one["code"] for one in right["errors"]} == {"records.unknown_field"}


async def test_an_import_compares_nothing_with_what_is_out_of_sight(
    owner: Api, platform: Platform, make_person: MakePerson
) -> None:
    await owner.create("customer", code="K9", name="甲", region="东")
    sales = await make_person("sam", "sales")
    operation = {"op": "put", "path": "roles/sales/grants/customer/import", "value": True}
    path = await draft(owner, operation)
    await owner.call("POST", f"{path}/publish", {"note": "x"}, status=200)
    assert await sales.items("customer") == []
    told = []
    for region in ("东", "西"):
        content = f"编码,区域\nK9,{region}\n".encode()
        form = {"columns": json.dumps({"编码": "code", "区域": "region"}), "key": "code"}
        job = await run(sales, platform, content, "customer", dry_run="true", **form)
        told.append({key: job["result"][key] for key in ("unchanged", "updated", "failed")})
    assert told == [{"unchanged": 0, "updated": 0, "failed": 1}] * 2
    assert [row["region"] for row in await owner.items("customer")] == ["东"]


async def test_an_import_finds_no_record_out_of_sight(
    owner: Api, platform: Platform, make_person: MakePerson
) -> None:
    await owner.create("customer", code="K9", name="甲")
    sales = await make_person("sam", "sales")
    operation = {"op": "put", "path": "roles/sales/grants/order/import", "value": True}
    path = await draft(owner, operation)
    await owner.call("POST", f"{path}/publish", {"note": "x"}, status=200)
    form = {"columns": json.dumps({"a": "external_no", "b": "customer"}), "key": "external_no"}
    told = []
    for code in ("K9", "K0"):
        job = await run(sales, platform, f"a,b\nA1,{code}\n".encode(), "order", **form)
        told.append([one["message"].replace(code, "?") for one in job["result"]["faults"]])
    assert told[0] == told[1]
    assert await owner.items("order") == []


async def test_an_import_by_a_key_takes_a_record_out_of_sight_for_none(
    owner: Api, platform: Platform, make_person: MakePerson
) -> None:
    made = await owner.create("customer", code="K9", name="甲", region="东")
    hidden = await owner.get("customer", made["id"])
    sales = await make_person("sam", "sales")
    mine = await sales.create("customer", code="K8", name="丙")
    operation = {"op": "put", "path": "roles/sales/grants/customer/import", "value": True}
    path = await draft(owner, operation)
    await owner.call("POST", f"{path}/publish", {"note": "x"}, status=200)

    async def told(text: str, key: str) -> tuple[dict[str, int], list[str]]:
        form = {"columns": json.dumps({"编码": "code", "名称": "name"}), "key": key}
        job = await run(sales, platform, f"编码,名称\n{text}\n".encode(), "customer", **form)
        result = job["result"]
        counts = {name: result[name] for name in ("created", "updated", "unchanged", "failed")}
        return counts, [one["message"] for one in result["faults"]]

    none = {"created": 0, "updated": 0, "unchanged": 0, "failed": 0}
    # a name that others use may be used again; a code may not, and that is all that is told
    assert await told("K7,甲", "name") == (none | {"created": 1}, [])
    assert await told("K9,乙", "code") == (none | {"failed": 1}, ["“K9”已存在"])
    assert await owner.get("customer", made["id"]) == hidden

    for code, other in (("K9", None), ("K8", mine["id"])):
        body = {"code": code, "name": "丁"}
        problem = await sales.call("POST", "/orders/customer", body, status=422)
        assert [(one["pointer"], one["code"]) for one in problem["errors"]] == [
            ("/code", "records.not_unique")
        ]
        assert problem["errors"][0]["params"].get("other") == other
    assert {one["code"] for one in await owner.items("customer")} == {"K7", "K8", "K9"}
