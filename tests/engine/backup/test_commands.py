"""``orderloom backup`` and ``restore`` as one types them, in a folder with an awkward name."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

from orderloom.backup.config import BackupFolder
from orderloom.backup.shelf import all_series
from tests.engine.backup.conftest import rows


def _orderloom(*arguments: str | Path, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "orderloom.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        input=given,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(["src", *sys.path])},
    )


def test_from_the_first_backup_to_a_restored_company(pristine: Path, short_tmp: Path) -> None:
    home = short_tmp / "数据 it's $100%f"
    shutil.copytree(pristine, home)
    target, key = short_tmp / "target", short_tmp / "the.key"
    data = ("--data", home)

    done = _orderloom("backup", target, *data, "--key-file", key, "--daily-at", "25:00")
    assert done.returncode == 1
    assert "25:00" in done.stderr
    assert not key.exists()
    assert not target.exists()

    done = _orderloom(
        "backup", target, *data, "--key-file", key, "--daily-at", "02:30", "--keep", "3"
    )
    assert done.returncode == 0, done.stderr
    assert key.read_text().startswith("olrk1-")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert key.read_text().strip() not in done.stdout
    config = BackupFolder(home).config()
    assert config is not None
    assert (config.daily_at, config.keep) == ("02:30", 3)
    (series,) = all_series(target)
    (manifest,) = series.manifests()

    assert _orderloom("backup", target, *data, "--log-only").returncode == 0
    listed = _orderloom("backup", target, "--list")
    assert listed.stdout.split()[:2] == [manifest.id, "physical"]
    assert _orderloom("backup", target, "--verify").stdout == f"{manifest.id} ok\n"
    opened = _orderloom("backup", target, "--verify", "--key-file", "-", given=key.read_text())
    assert opened.stdout.startswith(f"{manifest.id} ok opened ")

    new = short_tmp / "又 it's $200%p"
    assert _orderloom("restore", target, "--data", new).returncode == 1
    assert not new.exists()
    done = _orderloom("restore", target, "--data", new, "--key-file", key)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"restored {manifest.id} to the end")
    assert {line.split()[0] for line in lines[1:]} == {"ok", "warn"}
    assert rows(new) == []


def test_without_a_file_the_key_is_printed_once(pristine: Path, short_tmp: Path) -> None:
    home, target = short_tmp / "data", short_tmp / "target"
    shutil.copytree(pristine, home)
    first = _orderloom("backup", target, "--data", home)
    assert first.returncode == 0, first.stderr
    (printed,) = [line for line in first.stdout.splitlines() if line.startswith("recovery key ")]
    # what a backup that was broken off has left goes with the next one
    (series,) = all_series(target)
    left = series.folder("broken_off")
    left.mkdir()
    (left / "base.tar.ols.part").write_bytes(b"half")
    second = _orderloom("backup", target, "--data", home)
    assert second.returncode == 0, second.stderr
    assert "recovery key" not in second.stdout
    assert not left.exists()
    assert len(series.manifests()) == 2
    key = printed.removeprefix("recovery key ")
    opened = _orderloom("backup", target, "--verify", "--key-file", "-", given=key)
    assert opened.returncode == 0
    for path in (*home.rglob("*"), *target.rglob("*")):
        if path.is_file():
            assert key.encode() not in path.read_bytes(), path
