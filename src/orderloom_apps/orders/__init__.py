"""The orders app: a declared definition, a pure domain, and the hooks between them."""

from orderloom_apps.orders.package import PACKAGE

__all__ = ["PACKAGE"]
