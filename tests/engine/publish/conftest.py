"""A publisher over a database of the test's own."""

import pytest

from orderloom.database import Database
from orderloom.publish.drafts import Drafts
from orderloom.publish.publisher import Publisher
from orderloom.storage.live import Catalog


@pytest.fixture
def publisher(database: Database) -> Publisher:
    """A publisher as patient as the product's."""
    return Publisher(database, Catalog(database))


@pytest.fixture
def drafts(publisher: Publisher) -> Drafts:
    """The drafts of that publisher."""
    return Drafts(publisher)
