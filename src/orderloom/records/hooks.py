"""How an app joins the corridor: pure and set-based functions registered per stage and entity.

Invariant: a stage's functions are found in one registry; the kernel never names an app.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from orderloom.records.context import HookContext
from orderloom.records.item import Item

BatchHook = Callable[[HookContext, list[Item]], Awaitable[None]]
ItemHook = Callable[[HookContext, Item], None]
SettleHook = Callable[[HookContext, Item, Sequence[Decimal]], None]

_B = TypeVar("_B", bound=BatchHook)
_I = TypeVar("_I", bound=ItemHook)
_S = TypeVar("_S", bound=SettleHook)


@dataclass(slots=True)
class Hooks:
    """One app's functions by entity key (actions by entity key and action key)."""

    app: str
    befores: dict[str, list[BatchHook]] = field(default_factory=dict)
    computes: dict[str, list[ItemHook]] = field(default_factory=dict)
    validates: dict[str, list[BatchHook]] = field(default_factory=dict)
    actions: dict[tuple[str, str], BatchHook] = field(default_factory=dict)
    settles: dict[str, SettleHook] = field(default_factory=dict)
    invariants: dict[str, list[ItemHook]] = field(default_factory=dict)

    def before(self, entity: str) -> Callable[[_B], _B]:
        """Register a batch function that fills defaults of creates and updates."""

        def register(hook: _B) -> _B:
            self.befores.setdefault(entity, []).append(hook)
            return hook

        return register

    def compute(self, entity: str) -> Callable[[_I], _I]:
        """Register a pure function that computes fields of NEW; it may run more than once."""

        def register(hook: _I) -> _I:
            self.computes.setdefault(entity, []).append(hook)
            return hook

        return register

    def validate(self, entity: str) -> Callable[[_B], _B]:
        """Register a batch function that adds faults."""

        def register(hook: _B) -> _B:
            self.validates.setdefault(entity, []).append(hook)
            return hook

        return register

    def action(self, entity: str, action: str) -> Callable[[_B], _B]:
        """Register what an action does to NEW, the ledger and the queue."""

        def register(hook: _B) -> _B:
            self.actions[entity, action] = hook
            return hook

        return register

    def settle(self, entity: str) -> Callable[[_S], _S]:
        """Register what the ledger's answer means for NEW; it may refuse the item."""

        def register(hook: _S) -> _S:
            self.settles[entity] = hook
            return hook

        return register

    def invariant(self, entity: str) -> Callable[[_I], _I]:
        """Register a check that must hold for everything that is written."""

        def register(hook: _I) -> _I:
            self.invariants.setdefault(entity, []).append(hook)
            return hook

        return register


@dataclass(frozen=True, kw_only=True)
class AppPackage:
    """What an installed app brings: its definition folder, its hooks, and optional extras.

    ``demo`` loads sample data; ``receive`` turns channel payloads into Commands, and does again
    itself what a lost connection cut short; ``messages`` is
    the folder of its texts; ``imports`` the folder of its import mappings.
    """

    id: str
    folder: Path
    hooks: Hooks
    messages: Path | None = None
    imports: Path | None = None
    demo: Callable[..., Awaitable[Any]] | None = None
    receive: Callable[..., Awaitable[Any]] | None = None


class Registry:
    """The hooks of every installed app, by app id."""

    def __init__(self, packages: Sequence[AppPackage] = ()) -> None:
        self.packages = {package.id: package for package in packages}
        self._empty: dict[str, Hooks] = {}

    def of(self, app: str) -> Hooks:
        """The app's hooks; an app without code has empty ones."""
        package = self.packages.get(app)
        if package is not None:
            return package.hooks
        return self._empty.setdefault(app, Hooks(app))
