"""``orderloom key``: what is told when nobody has the login."""

from argparse import Namespace
from pathlib import Path

import pytest

from orderloom.access.errors import NoSuchPersonError
from orderloom.base import text
from orderloom.base.settings import Settings
from orderloom.cli.commands import key
from orderloom.database import Database


async def test_a_key_for_nobody_says_that_there_is_no_such_person(
    database: Database, short_tmp: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(data_dir=short_tmp, database_url=database.url)
    asked = Namespace(action="create", person="nobody", name="script")
    with pytest.raises(NoSuchPersonError) as refused:
        await key(asked, settings)
    error = refused.value
    assert text.render(error.code, error.params, "en") == (
        "Nobody who may sign in has the login nobody."
    )
    assert text.render(error.code, error.params, "zh-CN") == "没有可登录的账号“nobody”。"
    assert capsys.readouterr().out == ""
    async with database.read() as conn:
        assert await conn.fetchval("select count(*) from orderloom.api_key") == 0
