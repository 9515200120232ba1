"""Loading the demo company through the plural path."""

from typing import Any


async def load(platform: Any) -> Any:
    """Placeholder while the loader is written."""
    return platform
