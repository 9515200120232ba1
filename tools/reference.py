"""What is generated from the sources: ``spec/openapi.json`` and the pages of ``docs/reference``.

``python -m tools.reference`` writes them; a unit test fails when they are stale.
"""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import orderloom
import orderloom_apps
from orderloom.base import text
from orderloom.base.errors import OrderloomError
from orderloom.database import Database
from orderloom.definition.load import load_folder
from orderloom.http.openapi import document
from orderloom.storage.live import Catalog
from orderloom_apps.orders.package import PACKAGE

ROOT = Path(__file__).resolve().parents[1]
_TITLES = {
    "zh-CN": ("错误代码", "状态", "代码", "含义", "何时出现（英文）"),
    "en": ("Error codes", "Status", "Code", "Title", "When"),
}
_INTRODUCTION = {
    "zh-CN": "由 `python -m tools.reference` 从源码生成。`GET /problems/{code}` 返回同样的标题。",
    "en": (
        "Generated from the sources by `python -m tools.reference`."
        " `GET /problems/{code}` answers the same titles."
    ),
}


def _modules() -> None:
    """Import everything, so that every error's class is known."""
    for package in (orderloom, orderloom_apps):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                importlib.import_module(found.name)


def _errors(cls: type[OrderloomError] = OrderloomError) -> Iterator[type[OrderloomError]]:
    for child in cls.__subclasses__():
        yield child
        yield from _errors(child)


def errors_page(language: str) -> str:
    """Every problem a caller may meet, by code, with its status and words."""
    _modules()
    if PACKAGE.messages is not None:
        text.register_messages(PACKAGE.messages)
    own = {one for one in _errors() if one.__module__.startswith("orderloom")}
    title, status, code, meaning, says = _TITLES[language]
    rows = [
        f"| {one.status} | `{one.code}` | {text.title(one.code, language)} | {_said(one)} |"
        for one in sorted(own, key=lambda one: one.code)
        if text.has(one.code, text.SOURCE)
    ]
    head = f"# {title}\n\n{_INTRODUCTION[language]}\n\n| {status} | {code} | {meaning} | {says} |\n"
    return head + "|---|---|---|---|\n" + "\n".join(dict.fromkeys(rows)) + "\n"


def _said(cls: type[OrderloomError]) -> str:
    """The first sentence of the class, which says when it is raised."""
    return (cls.__doc__ or "").strip().splitlines()[0]


def openapi_text() -> str:
    """OpenAPI of the platform and the shipped orders app, in Chinese, without limits."""
    _modules()
    catalog = Catalog(cast("Database", None))  # only read() would need it
    catalog._put({PACKAGE.id: (1, load_folder(PACKAGE.folder))})  # noqa: SLF001 - no database
    found = document(catalog, "zh-CN")
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def generated() -> dict[Path, str]:
    """Every generated file with what it should hold."""
    return {
        ROOT / "spec" / "openapi.json": openapi_text(),
        ROOT / "docs" / "reference" / "errors.md": errors_page("en"),
        ROOT / "docs" / "reference" / "errors.zh-CN.md": errors_page("zh-CN"),
    }


if __name__ == "__main__":
    for path, content in generated().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
        print(path.relative_to(ROOT))
