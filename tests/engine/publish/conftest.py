"""A publisher over a database of the test's own."""

import pytest

from orderloom.database import Database
from orderloom.publish.drafts import Drafts
from orderloom.publish.publisher import Publisher
from orderloom.storage.live import Catalog


@pytest.fixture
def publisher(database: Database) -> Publisher:
    """A publisher that gives up after a second."""
    return Publisher(database, Catalog(database), patience=1.0)


@pytest.fixture
def drafts(publisher: Publisher) -> Drafts:
    """The drafts of that publisher."""
    return Drafts(publisher)
