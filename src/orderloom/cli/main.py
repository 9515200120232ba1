"""The commands and their options; each command's work is imported only when it runs."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from orderloom.base import text
from orderloom.base.errors import OrderloomError
from orderloom.base.log import LEVELS
from orderloom.base.settings import Settings


def parser() -> argparse.ArgumentParser:
    """The command line's grammar."""
    whole = argparse.ArgumentParser(prog="orderloom", description="织单 Orderloom")
    commands = whole.add_subparsers(dest="command", required=True)

    def add(name: str, summary: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=summary)
        made.add_argument("--data", type=Path, help="data folder")
        made.add_argument("--database-url", help="an external PostgreSQL 15+")
        return made

    for name, summary in (
        ("demo", "run with the demo company"),
        ("serve", "run the server"),
    ):
        one = add(name, summary)
        one.add_argument("--port", type=int)
        one.add_argument("--host")
        one.add_argument("--no-browser", action="store_true")
        one.add_argument("--log-level", choices=LEVELS)
    add("worker", "run background jobs only")
    _add_doctor(add("doctor", "look whether everything is well; one line each, and what to do"))
    upgrade = add("upgrade", "bring the platform's own tables up to date, after a try on a copy")
    upgrade.add_argument("--dry-run", action="store_true", help="the try only")
    _add_backup(add("backup", "back up while everybody works on; list and check backups"))
    back = add("restore", "make a new data folder (--data) out of a backup")
    back.add_argument("target", type=Path, help="the folder with the backups")
    back.add_argument("--key-file", type=Path, help="the recovery key; - reads it from the input")
    back.add_argument("--at", help="the moment, such as 2026-11-26T10:00:00+08:00")
    back.add_argument("--backup", help="the id of one backup (default: the newest that fits)")
    load = add("import", "import a workbook or csv")
    load.add_argument("entity", help="APP.ENTITY")
    load.add_argument("file", type=Path)
    load.add_argument("--map", dest="mapping", help="a mapping file, or a shipped mapping's name")
    load.add_argument("--mode", choices=("normal", "history"))
    load.add_argument("--dry-run", action="store_true")
    load.add_argument("--errors", type=Path, help="where to write the error workbook")
    load.add_argument("--person", help="login to import as (default: the owner)")
    key = add("key", "API keys")
    key.add_argument("action", choices=("create", "revoke"))
    key.add_argument("--person", required=True)
    key.add_argument("--name", required=True)
    person = add("person", "people")
    person.add_argument("action", choices=("create",))
    person.add_argument("--login", required=True)
    person.add_argument("--name", required=True)
    person.add_argument("--department", help="the name of an existing department")
    person.add_argument("--role", action="append", default=[], help="APP.ROLE; may be repeated")
    files = add("files", "the file store")
    files.add_argument("action", choices=("check", "rotate-key"))
    files.add_argument("--all", action="store_true", help="open every file, not only a sample")
    app = add("app", "app definitions")
    app.add_argument("action", choices=("lint", "diff", "publish", "export"))
    app.add_argument("target", help="a definition folder; for export the app's id")
    app.add_argument("folder", nargs="?", type=Path, help="for export: where to write")
    return whole


def _add_doctor(one: argparse.ArgumentParser) -> None:
    one.add_argument("--json", action="store_true", help="for programs")
    one.add_argument(
        "--full",
        "--verify-history",
        "--verify-values",
        action="store_true",
        help="the whole history, all computed values, all files",
    )


def _add_backup(one: argparse.ArgumentParser) -> None:
    one.add_argument("target", type=Path, help="a folder outside the data folder")
    one.add_argument(
        "--key-file", type=Path, help="where the recovery key is, or is put by the first backup"
    )
    one.add_argument("--list", action="store_true", help="list what there is")
    one.add_argument("--verify", action="store_true", help="check; with the key open all of it")
    one.add_argument("--log-only", action="store_true", help="only what came since the last one")
    one.add_argument("--daily-at", help="from now on every day at HH:MM; off ends it")
    one.add_argument("--keep", type=int, help="how many backups to keep")


def settings_of(options: argparse.Namespace) -> Settings:
    """The settings of a command."""
    return Settings.from_env(
        data_dir=options.data,
        database_url=options.database_url,
        port=getattr(options, "port", None),
        host=getattr(options, "host", None),
        log_level=getattr(options, "log_level", None),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; answers the exit status."""
    options = parser().parse_args(arguments)
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(_run(options))
    except OrderloomError as error:
        _complain(error)
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130


def _loop_factory() -> Any:
    """Uvloop's event loop where it runs; asyncio's own elsewhere."""
    if sys.platform == "win32":
        return None
    import uvloop  # noqa: PLC0415 - not on every system

    return uvloop.new_event_loop


async def _run(options: argparse.Namespace) -> int:
    from orderloom.cli import (  # noqa: PLC0415 - heavy: only when a command runs
        backups,
        commands,
        files,
        operating,
        serving,
    )

    handlers: dict[str, Any] = {
        "demo": serving.demo,
        "serve": serving.serve,
        "worker": serving.worker,
        "backup": backups.backup,
        "restore": backups.restore_backup,
        "import": commands.import_file,
        "key": commands.key,
        "person": commands.create_person,
        "app": commands.app,
        "files": files.files,
        "doctor": operating.doctor,
        "upgrade": operating.upgrade_tables,
    }
    return int(await handlers[options.command](options, settings_of(options)))


def _complain(error: OrderloomError) -> None:
    language = text.SOURCE
    print(text.render(error.code, error.params, language), file=sys.stderr)  # noqa: T201 - a CLI
    for fault in error.errors:
        message = text.render(fault.code, fault.params, language)
        print(f"  {fault.pointer or '/'}: {message}", file=sys.stderr)  # noqa: T201 - a CLI
