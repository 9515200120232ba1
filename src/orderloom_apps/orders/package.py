"""What this app brings to the platform."""

from pathlib import Path

from orderloom.sdk import AppPackage
from orderloom_apps.orders.demo.load import load as load_demo
from orderloom_apps.orders.hooks import HOOKS
from orderloom_apps.orders.intake import receive

_HERE = Path(__file__).resolve().parent

PACKAGE = AppPackage(
    id="orders",
    folder=_HERE / "app",
    hooks=HOOKS,
    messages=_HERE / "messages",
    imports=_HERE / "imports",
    demo=load_demo,
    receive=receive,
)
