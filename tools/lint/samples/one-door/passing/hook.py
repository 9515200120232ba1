# module: orderloom_apps.orders.hooks.sample
"""An app changes records by commands; words such as update and delete are free in prose."""


async def approve(records, command):
    """Would be "update orders.order set state = 'approved'", and is a Command."""
    await records.apply([command])
    return "please update the order"
