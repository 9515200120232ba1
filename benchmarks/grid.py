"""Latencies of a 500-line order in the browser: paste, a key stroke, a move, save, submit.

A key stroke counts from the event until the frame that shows it is on its way to the screen.
"""

import asyncio
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.lib import results
from benchmarks.lib.server import serving

LINES = 500
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--lang=zh-CN"]
_WATCH = """() => {
    window.strokes = []; window.tasks = [];
    addEventListener("keydown", () => {
        const began = performance.now();
        requestAnimationFrame(() => {
            const after = new MessageChannel();
            after.port1.onmessage = () => strokes.push(performance.now() - began);
            after.port2.postMessage(0);
        });
    }, true);
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map((one) => one.duration)))
        .observe({type: "longtask"});
}"""
_PASTE = """(sheet, text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    sheet.dispatchEvent(new ClipboardEvent("paste",
        {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def _told(values: Sequence[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "p50_ms": round(statistics.median(ordered), 1),
        "p95_ms": round(ordered[int(len(ordered) * 0.95) - 1], 1),
        "worst_ms": round(ordered[-1], 1),
    }


def _press(page: Page, keys: Sequence[str], pause_ms: int) -> dict[str, float]:
    page.evaluate("() => { strokes.length = 0; }")
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(pause_ms)
    return _told(page.evaluate("() => strokes"))


def _order(page: Page, lines: int) -> dict[str, Any]:
    """Type one long order as a salesperson does; answers what each step took."""
    found: dict[str, Any] = {}
    page.get_by_role("combobox", name="客户", exact=True).click()
    page.keyboard.type("szgl")
    page.locator(".ant-select-item-option", has_text="深圳广联").first.click()
    page.evaluate(_WATCH)
    rows = [f"P{at % 300 + 1:04}\t{at % 9 + 1}" for at in range(lines)]
    began = time.perf_counter()
    page.locator(".sheet").evaluate(_PASTE, "\n".join(["商品\t数量", *rows]))
    page.get_by_text(f"已粘贴 {lines} 行").wait_for()
    found["paste_shown_s"] = round(time.perf_counter() - began, 2)
    page.locator(".sheet tfoot", has_text="¥").wait_for()
    page.wait_for_function("() => /¥[1-9]/.test(document.querySelector('.sheet tfoot').innerText)")
    found["paste_with_totals_s"] = round(time.perf_counter() - began, 2)
    page.locator("[aria-rowindex='6'] td").nth(2).get_by_role("button").click()
    found["type"] = _press(page, list("12345678901234567890"), 120)
    page.keyboard.press("Control+a")
    page.keyboard.type("5")
    found["down"] = _press(page, ["ArrowDown"] * 30, 60)
    found["across"] = _press(page, ["Tab"] * 12, 60)
    page.keyboard.press("Escape")
    found["long_tasks_ms"] = [round(one) for one in page.evaluate("() => tasks")]
    began = time.perf_counter()
    page.get_by_role("button", name="保存", exact=True).click()
    page.locator("h1", has_text="草稿").wait_for()
    found["save_s"] = round(time.perf_counter() - began, 2)
    began = time.perf_counter()
    page.get_by_role("button", name="提交", exact=True).click()
    page.locator("h1", has_text="SO20").wait_for()
    found["submit_s"] = round(time.perf_counter() - began, 2)
    return found


def measure(port: int, browser: str) -> dict[str, Any]:
    """One long order in a fresh browser."""
    base = f"http://127.0.0.1:{port}"
    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=browser, args=FLAGS)
        context = running.new_context(base_url=base, viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.set_default_timeout(60_000)
        context.request.post("/api/v1/session", data={"login": "sales1", "password": "sales1"})
        page.goto("/orders/order/new")
        found = _order(page, results.scaled(LINES, 100))
        running.close()
    return found


async def main() -> None:
    """Measure, print and keep; without a browser, say so."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        print("grid: no chromium on PATH, nothing measured")
        return
    before = results.machine()
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        async with serving(Path(folder) / "demo", "demo") as (port, _):
            facts = await asyncio.to_thread(measure, port, browser)
    for name, value in facts.items():
        print(name, value, flush=True)
    results.keep("grid", facts, before)


if __name__ == "__main__":
    asyncio.run(main())
