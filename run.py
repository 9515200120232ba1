"""One command for everything: ``python3 run.py demo | test | check | bench | soak | web | help``.

Standard library only. It keeps its environment in ``.venv`` and builds the web interface itself.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / "python"
WEB = ROOT / "web"
UI = ROOT / "src" / "orderloom" / "_ui"
LOCK = ROOT / "requirements-dev.lock"
NODE_MAJOR, NODE_MINOR = 22, 12
BROWSER = ("chromium", "fonts-noto-cjk")
DATABASE = ("postgresql",)
TEST_ORDER = "4"
CODE = ("src", "tests", "tools", "benchmarks", "run.py", "hatch_build.py")


def environment() -> dict[str, str]:
    """The environment of what we run: our programs first, byte code kept."""
    env = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    env["PATH"] = os.pathsep.join([*_node_path(), str(BIN), env.get("PATH", "")])
    env["VIRTUAL_ENV"] = str(VENV)
    return env


def run(*command: str | Path, cwd: Path = ROOT) -> None:
    """Run a command; end with its status when it fails."""
    arguments = [str(part) for part in command]
    done = subprocess.run(arguments, cwd=cwd, env=environment(), check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _fresh(stamp: Path, digest: str) -> bool:
    return stamp.is_file() and stamp.read_text("utf-8") == digest


def install() -> None:
    """Make ``.venv`` with the locked versions, and the project in it; instant the second time."""
    stamp = VENV / "installed"
    digest = _digest([LOCK, ROOT / "pyproject.toml"])
    if _fresh(stamp, digest) and PYTHON.exists():
        return
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "--require-hashes", "-r", LOCK)
    run(*pip, "--no-deps", "--no-build-isolation", "-e", ROOT)
    stamp.write_text(digest, "utf-8")


def _node_path() -> list[str]:
    """Where a new enough Node is; the environment's own one when the machine's is too old."""
    found = shutil.which("node")
    if found:
        answer = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
        parts = answer.stdout.strip().lstrip("v").split(".")
        if len(parts) == 3 and (int(parts[0]), int(parts[1])) >= (NODE_MAJOR, NODE_MINOR):
            return [str(Path(found).parent)]
    return []


def _web_sources() -> list[Path]:
    folders = ("src", "public")
    files = [path for name in folders for path in (WEB / name).rglob("*") if path.is_file()]
    return files + [path for path in WEB.iterdir() if path.is_file()]


def web_modules() -> None:
    """Install the web's packages when their lock changed."""
    stamp = WEB / "node_modules" / ".installed"
    digest = _digest([WEB / "package-lock.json"])
    if not _fresh(stamp, digest):
        run("npm", "ci", "--no-audit", "--no-fund", cwd=WEB)
        stamp.write_text(digest, "utf-8")


def web() -> None:
    """Build the web interface when its sources changed."""
    stamp = UI / ".built"
    digest = _digest(_web_sources())
    if _fresh(stamp, digest):
        return
    web_modules()
    run("npm", "run", "build", cwd=WEB)
    stamp.write_text(digest, "utf-8")


def demo(arguments: list[str]) -> None:
    """Run the product with the demo company; PORT and ORDERLOOM_DATA are honoured."""
    install()
    web()
    program = str(BIN / "orderloom")
    command = [program, "demo", *arguments]
    port = os.environ.get("PORT")
    if port and "--port" not in arguments:
        command += ["--port", port]
    if os.name == "posix":
        os.execve(program, command, environment())
    run(*command)


def browser() -> None:
    """The browser tests need Debian's chromium and a Chinese font; root gets them installed."""
    if shutil.which("chromium") or shutil.which("chromium-browser"):
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *BROWSER]
    if hasattr(os, "getuid") and os.getuid() == 0 and shutil.which("apt-get"):
        run("apt-get", "update")
        run(*command)
        return
    print("The browser tests need a browser; as root run: " + " ".join(command))
    raise SystemExit(1)


def external_database() -> None:
    """The scale tests need Debian's PostgreSQL; root gets it installed, without a cluster of it."""
    if any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *DATABASE]
    if hasattr(os, "getuid") and os.getuid() == 0 and shutil.which("apt-get"):
        settings = Path("/etc/postgresql-common/createcluster.d/orderloom.conf")
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text("create_main_cluster = false\n", "utf-8")
        run("apt-get", "update")
        run(*command)
        return
    print("The scale tests need a PostgreSQL of one's own; as root run: " + " ".join(command))
    raise SystemExit(1)


def pytest(folder: str, *more: str) -> Callable[[], None]:
    """A stage that runs a folder of tests, shuffled the same way each time."""
    seed = f"--randomly-seed={os.environ.get('ORDERLOOM_TEST_ORDER', TEST_ORDER)}"
    return lambda: run(PYTHON, "-m", "pytest", "-q", seed, f"tests/{folder}", *more)


def lint() -> None:
    """Our style: ruff, our own lints, the import contracts."""
    run(BIN / "ruff", "check", *CODE)
    run(BIN / "ruff", "format", "--check", *CODE)
    run(PYTHON, "-m", "tools.lint")
    run(BIN / "lint-imports", "--no-cache")


def web_lint() -> None:
    """The web's style and types."""
    web_modules()
    run(BIN / "oxlint", "--deny-warnings", "src", cwd=WEB)
    run(BIN / "oxfmt", "--check", "src", cwd=WEB)
    run("npm", "run", "typecheck", cwd=WEB)


def engine() -> None:
    """The engine's tests; some of them run the browser's evaluator under node."""
    web_modules()
    pytest("engine", "-n", "2")()


def end_to_end() -> None:
    """Journeys in a real browser."""
    browser()
    web()
    pytest("e2e")()


def scale() -> None:
    """Several webs and workers over a primary and a replica; kills and fail-over."""
    external_database()
    pytest("scale")()


STAGES: dict[str, Callable[[], None]] = {
    "install": install,
    "lint": lint,
    "types": lambda: run(BIN / "mypy"),
    "web-lint": web_lint,
    "unit": pytest("unit", "-n", "2"),
    "engine": engine,
    "api": pytest("api", "-n", "2"),
    "apps": pytest("apps", "-n", "2"),
    "scale": scale,
    "web": lambda: run("npm", "test", cwd=WEB),
    "build": web,
    "e2e": end_to_end,
}

NEEDED = ("install",)
"""Stages without which no other can run."""


def stages(names: list[str]) -> None:
    """Run stages in order; a failure does not stop the others, and all are named at the end."""
    unknown = [name for name in names if name not in STAGES]
    if unknown:
        print(f"unknown: {' '.join(unknown)}; there are: {' '.join(STAGES)}")
        raise SystemExit(2)
    chosen = names or list(STAGES)
    done: list[str] = []
    failed: list[str] = []
    for name in chosen:
        print(f"== {name}", flush=True)
        started = time.monotonic()
        try:
            STAGES[name]()
        except SystemExit:
            print(f"== {name} FAILED after {time.monotonic() - started:.0f} s", flush=True)
            failed.append(name)
            if name in NEEDED:
                break
        done.append(f"{name} {time.monotonic() - started:.0f} s")
    if failed:
        print("== FAILED: " + ", ".join(failed), flush=True)
        raise SystemExit(1)
    print("== all good: " + ", ".join(done), flush=True)


def bench() -> None:
    """Every benchmark; they print rates and ratios."""
    install()
    for path in sorted((ROOT / "benchmarks").glob("[a-z]*.py")):
        if path.stem != "support":
            print(f"== {path.name}", flush=True)
            run(PYTHON, "-m", f"benchmarks.{path.stem}")


def soak() -> None:
    """The large counts, scaled by ORDERLOOM_SOAK."""
    install()
    web_modules()
    external_database()
    run(PYTHON, "-m", "pytest", "-q", "-s", "-m", "soak", "tests")


def main(arguments: list[str]) -> None:
    """Dispatch a command."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    if command == "demo":
        demo(rest)
    elif command == "test":
        stages(rest)
    elif command == "check":
        stages(["install", "lint", "types", "unit"])
    elif command == "install":
        install()
    elif command == "web":
        install()
        web()
    elif command == "bench":
        bench()
    elif command == "soak":
        soak()
    else:
        print(__doc__)
        print("test takes stages: " + " ".join(STAGES))


if __name__ == "__main__":
    main(sys.argv[1:])
