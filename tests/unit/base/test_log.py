"""A log line tells what happened, and no secret."""

import json
import logging

import pytest
import structlog

from orderloom.base import log

Capture = pytest.CaptureFixture[str]


def _lines(capsys: Capture) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_secrets_are_hidden_at_any_depth(capsys: Capture) -> None:
    log.configure("info", as_json=True)
    structlog.get_logger("x").info(
        "e", password="p1", params={"api_key": "p2", "note": "kept", "deep": {"Token": "p3"}}
    )
    (line,) = _lines(capsys)
    assert line["password"] == "***"
    assert line["params"] == {"api_key": "***", "note": "kept", "deep": {"Token": "***"}}
    assert (line["event"], line["level"]) == ("e", "info")


@pytest.mark.parametrize(("level", "words"), [("info", False), ("debug", True)])
def test_a_failure_is_told_by_kind_and_place_its_words_only_when_debugging(
    capsys: Capture, level: str, words: bool
) -> None:
    log.configure(level, as_json=True)
    try:
        int("张三")
    except ValueError:
        structlog.get_logger("x").exception("broke")
    text = capsys.readouterr().err
    line = json.loads(text)
    assert line["error"] == "ValueError"
    places = line["places"]
    assert isinstance(places, list)
    assert "test_log.py" in places[-1]
    assert ("张三" in text) is words


def test_levels_and_the_standard_librarys_log(capsys: Capture) -> None:
    log.configure("warning", as_json=True)
    structlog.get_logger("x").info("quiet")
    logging.getLogger("uvicorn.error").warning("from below %s", 1)
    logging.getLogger("uvicorn.error").info("quiet too")
    assert [(one["event"], one["level"]) for one in _lines(capsys)] == [("from below 1", "warning")]


def test_a_console_gets_plain_lines(capsys: Capture) -> None:
    log.configure("info", as_json=False)
    structlog.get_logger("x").info("hello", count=3)
    text = capsys.readouterr().err
    assert "hello" in text
    assert "count=3" in text
