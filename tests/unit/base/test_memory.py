"""The collector lets a batch of records live in peace."""

import gc

from orderloom.base import memory


def test_a_batch_of_records_is_not_searched_while_it_grows() -> None:
    """Two hundred thousand objects that all live cost no full search."""
    before = gc.get_threshold()
    memory.relax()
    try:
        gc.collect()
        full = gc.get_stats()[2]["collections"]
        alive = [{"at": at} for at in range(200_000)]
        assert gc.get_stats()[2]["collections"] == full
        assert len(alive) == 200_000
    finally:
        gc.set_threshold(*before)
