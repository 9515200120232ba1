"""``orderloom files``: a new master key, or a look at every file."""

import argparse
import asyncio

from orderloom.base.settings import Settings
from orderloom.cli.serving import quiet_logs, say
from orderloom.files import check_files
from orderloom.files.keys import add_key, forget_keys
from orderloom.files.rotate import rewrap, used_keys
from orderloom.files.setup import key_file
from orderloom.server import Platform, open_platform


async def files(options: argparse.Namespace, settings: Settings) -> int:
    """Check every file, or wrap all of them with a new master key; prints what was done."""
    quiet_logs()
    platform = await open_platform(settings)
    try:
        if options.action == "check":
            return await _check(platform, whole=options.all)
        return await _rotate(platform, settings)
    finally:
        await platform.close()


async def _check(platform: Platform, *, whole: bool) -> int:
    report = await check_files(platform.files, sample=None if whole else 20)
    say(f"files {report.files} bytes {report.bytes} opened {report.opened}")
    for id_, name, problem in report.broken:
        say(f"  {id_} {name}: {problem}")
    return 0 if report.good else 1


async def _rotate(platform: Platform, settings: Settings) -> int:
    """With keys from the setting, its first key is the new one, and the others are taken out there.

    Other processes see a new key file by themselves.
    """
    own = settings.files_keys is None
    if own:
        platform.files.keyring.current()
        await asyncio.to_thread(add_key, key_file(settings))
    count = await rewrap(platform.files)
    used = await used_keys(platform.files)
    forgotten = await asyncio.to_thread(forget_keys, key_file(settings), used) if own else []
    say(f"key {platform.files.keyring.current()} wraps {count} files")
    for id_ in forgotten:
        say(f"forgotten {id_}")
    return 0
