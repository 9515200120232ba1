"""How often Python searches for rings of objects that nobody holds any more.

Invariant: what dies young, nearly everything, is still found at once by its count of holders.
"""

import gc

YOUNG, MIDDLE, OLD = 20_000, 20, 10
"""A search among the young after so many new objects; further ones after so many searches."""


def relax() -> None:
    """Search less often than Python does by itself.

    A batch of records is some hundred thousand objects that all live until its commit: searching
    them every 700 objects took a quarter of an import's time and found nothing.
    """
    gc.set_threshold(YOUNG, MIDDLE, OLD)
