"""Files at the door: brought in by form, checked as they come, answered so that nothing is run."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from orderloom.files.service import MEGABYTE, Limits
from orderloom.server import Platform
from tests.apps.company import Api
from tests.apps.conftest import MakePerson
from tests.support import samples


async def send(
    api: Api, name: str = "合同 1.pdf", content: bytes = samples.PDF, field: str = "file"
) -> httpx.Response:
    """Upload by form, as a browser does."""
    return await api.raw("POST", "/files", files={field: (name, content)})


async def bring(api: Api, *args: Any) -> str:
    answer = await send(api, *args)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def files_kept(platform: Platform) -> int:
    async with platform.database.read() as conn:
        return int(await conn.fetchval("select count(*) from orderloom.file"))


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json()["code"])


async def test_a_file_goes_in_and_comes_back_with_its_chinese_name(owner: Api) -> None:
    answer = await send(owner)
    assert answer.status_code == 201
    value = answer.json()
    assert value == {
        "id": value["id"],
        "name": "合同 1.pdf",
        "kind": "pdf",
        "size": len(samples.PDF),
    }
    assert answer.headers["location"] == f"/api/v1/files/{value['id']}"
    back = await owner.raw("GET", f"/files/{value['id']}?inline=true")
    assert (back.status_code, back.content) == (200, samples.PDF)
    assert back.headers["content-type"] == "application/pdf"
    assert back.headers["content-length"] == str(len(samples.PDF))
    assert back.headers["content-disposition"] == (
        f"attachment; filename=\"__ 1.pdf\"; filename*=UTF-8''{quote('合同 1.pdf')}"
    )
    assert back.headers["x-content-type-options"] == "nosniff"
    assert back.headers.get_list("content-security-policy")[0].startswith("sandbox;")
    assert back.headers["cache-control"] == "private, no-cache"


async def test_only_pictures_are_shown_in_place_and_only_when_asked(owner: Api) -> None:
    id_ = await bring(owner, "图.png", samples.PNG)
    shown = await owner.raw("GET", f"/files/{id_}?inline=true")
    assert shown.headers["content-disposition"].startswith("inline;")
    assert shown.headers["content-type"] == "image/png"
    kept = await owner.raw("GET", f"/files/{id_}")
    assert kept.headers["content-disposition"].startswith("attachment;")
    text = await bring(owner, "a.txt", b"hello")
    plain = await owner.raw("GET", f"/files/{text}?inline=true")
    assert plain.headers["content-disposition"].startswith("attachment;")


async def test_nobody_else_gets_a_file_that_no_record_has(
    owner: Api, client: httpx.AsyncClient, make_person: MakePerson
) -> None:
    sales = await make_person("sales", "sales")
    id_ = await bring(sales)
    for api, status in ((Api(client), 401), (owner, 404), (sales, 200)):
        assert (await api.raw("GET", f"/files/{id_}")).status_code == status
    assert problem(await owner.raw("GET", "/files/1")) == (404, "files.not_found")
    assert problem(await owner.raw("GET", "/files/x")) == (404, "files.not_found")


async def test_what_is_refused_is_told_and_not_kept(
    platform: Platform, owner: Api, client: httpx.AsyncClient
) -> None:
    platform.files.limits = Limits(largest=MEGABYTE)
    huge = samples.PDF + b"x" * MEGABYTE
    found = [
        problem(await send(Api(client))),
        problem(await send(owner, "a.html", samples.HTML)),
        problem(await send(owner, "a.pdf", samples.HTML)),
        problem(await send(owner, "a.pdf", b"")),
        problem(await send(owner, "a.pdf", huge)),
        problem(await send(owner, "a.pdf", huge * 2)),
        problem(await send(owner, field="other")),
        problem(await owner.raw("POST", "/files", {"file": "x"})),
        problem(await owner.raw("POST", "/files", data={"file": "x"})),
        problem(
            await owner.raw(
                "POST", "/files", files=[("file", ("a.pdf", b"%PDF-1")), ("file", ("b.pdf", b"%"))]
            )
        ),
    ]
    assert found == [
        (401, "unauthenticated"),
        (415, "files.kind_not_taken"),
        (415, "files.content_differs"),
        (422, "files.empty"),
        (413, "files.too_large"),
        (413, "files.too_large"),
        (422, "http.bad_query"),
        (415, "http.media_type"),
        (415, "http.media_type"),
        (422, "http.bad_query"),
    ]
    assert await files_kept(platform) == 0
    assert list((platform.settings.data_dir / "files").rglob("*.*")) == []
    refused = (await send(owner, "账.exe", samples.EXE)).json()
    assert refused["detail"].startswith("“账.exe”的类型不能上传。可以上传：pdf、png、")


@pytest.mark.parametrize("cut", [20, 300])
async def test_a_form_that_is_cut_short_is_not_taken(
    platform: Platform, owner: Api, cut: int
) -> None:
    made = httpx.Request("POST", "http://test", files={"file": ("a.pdf", samples.PDF * 20)})
    body = made.read()[:-cut]
    headers = owner.headers | {"content-type": made.headers["content-type"]}
    answer = await owner.client.post("/api/v1/files", content=body, headers=headers)
    assert problem(answer) == (400, "http.bad_json")
    assert await files_kept(platform) == 0


PARTS: list[tuple[str, int, slice]] = [
    ("bytes=0-3", 206, slice(0, 4)),
    ("bytes=5-", 206, slice(5, None)),
    ("bytes=-4", 206, slice(-4, None)),
    ("bytes=2-99999999", 206, slice(2, None)),
    ("bytes=70000-140000", 206, slice(70000, 140001)),
    ("bytes=0-1,3-4", 200, slice(None)),
    ("lines=1-2", 200, slice(None)),
    ("bytes=-", 200, slice(None)),
    ("bytes=99999999-", 416, slice(0, 0)),
    ("bytes=-0", 416, slice(0, 0)),
]


async def test_parts_of_a_file(owner: Api) -> None:
    content = samples.PDF + bytes(200_000)
    id_ = await bring(owner, "a.pdf", content)
    for asked, status, part in PARTS:
        answer = await owner.raw("GET", f"/files/{id_}", headers={"range": asked})
        assert answer.status_code == status, asked
        if status == 416:
            assert answer.headers["content-range"] == f"bytes */{len(content)}"
        else:
            assert answer.content == content[part], asked
        if status == 206:
            start, end, _ = part.indices(len(content))
            assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(content)}"


async def test_a_file_that_the_asker_has_is_not_sent_again(owner: Api) -> None:
    id_ = await bring(owner)
    first = await owner.raw("GET", f"/files/{id_}", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in first.headers
    again = await owner.raw(
        "GET", f"/files/{id_}", headers={"if-none-match": first.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    head = await owner.raw("HEAD", f"/files/{id_}")
    assert head.headers["content-length"] == str(len(samples.PDF))
    stale = {"range": "bytes=0-3", "if-range": '"another"'}
    assert (await owner.raw("GET", f"/files/{id_}", headers=stale)).content == samples.PDF


async def test_a_damaged_file_is_told_and_not_half_sent(platform: Platform, owner: Api) -> None:
    id_ = await bring(owner)
    blobs = [path for path in (platform.settings.data_dir / "files").rglob("*") if path.is_file()]
    assert len(blobs) == 1
    blobs[0].write_bytes(samples.spoiled(blobs[0].read_bytes()))
    assert problem(await owner.raw("GET", f"/files/{id_}")) == (500, "files.damaged")
    blobs[0].unlink()
    assert problem(await owner.raw("GET", f"/files/{id_}")) == (404, "files.not_found")


async def test_a_browser_without_its_token_brings_nothing(platform: Platform, owner: Api) -> None:
    body = {"login": "owner", "password": "owner"}
    session = await owner.client.post("/api/v1/session", json=body)
    token = session.json()["csrf"]
    assert session.json()["limits"] == {"file_mb": 50}
    browser = Api(owner.client)
    assert problem(await send(browser)) == (403, "access.csrf")
    assert await files_kept(platform) == 0
    assert (await send(Api(owner.client, {"X-CSRF-Token": token}))).status_code == 201
