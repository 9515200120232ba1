"""The hooks of the orders app, by stage; importing this registers them all."""

from orderloom_apps.orders.hooks import entry, fulfil, money, review, stock, submit
from orderloom_apps.orders.hooks.registry import HOOKS

__all__ = ["HOOKS", "entry", "fulfil", "money", "review", "stock", "submit"]
