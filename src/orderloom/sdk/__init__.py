"""The public door for apps: everything an app's code may use, and nothing else.

Invariant: an app imports this module only; what is exported here is kept stable.
"""

from orderloom.access.actor import Actor
from orderloom.base import clock, ids
from orderloom.base.errors import (
    ConflictError,
    Fault,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    OrderloomError,
)
from orderloom.base.ids import Random
from orderloom.base.json import canonical
from orderloom.base.money import allocate, part, round_half_up
from orderloom.base.text import pinyin
from orderloom.database.retry import again
from orderloom.definition.address import level_faults
from orderloom.definition.fields.phone import is_valid as is_valid_phone
from orderloom.ledger import Move, Position, PositionState, Reserve, Unreserve
from orderloom.records.command import Command, Record, Result
from orderloom.records.context import HookContext, Search
from orderloom.records.hooks import AppPackage, Hooks
from orderloom.records.item import Item
from orderloom.records.service import Records
from orderloom.sdk.demo import DemoKit

__all__ = [
    "Actor",
    "AppPackage",
    "Command",
    "ConflictError",
    "DemoKit",
    "Fault",
    "ForbiddenError",
    "HookContext",
    "Hooks",
    "InvalidError",
    "Item",
    "Move",
    "NotFoundError",
    "OrderloomError",
    "Position",
    "PositionState",
    "Random",
    "Record",
    "Records",
    "Reserve",
    "Result",
    "Search",
    "Unreserve",
    "again",
    "allocate",
    "canonical",
    "clock",
    "ids",
    "is_valid_phone",
    "level_faults",
    "part",
    "pinyin",
    "round_half_up",
]
