# module: orderloom_apps.orders.hooks.sample
"""An app changes records by commands."""


async def approve(records, command):
    """Through the door."""
    await records.apply([command])
