# module: orderloom.base.sample
"""A short module with a short function."""


def short():
    """One line is enough."""
    return 1
