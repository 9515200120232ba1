"""What the routes need of the platform; the composition root gives it."""

from typing import Protocol

from starlette.requests import Request

from orderloom.access.doorkeeper import Doorkeeper
from orderloom.base.settings import Settings
from orderloom.base.supervisor import Supervisor
from orderloom.database.pool import Database
from orderloom.files import Files
from orderloom.http.live import LiveHub
from orderloom.intake.inbox import Inbox
from orderloom.publish.drafts import Drafts
from orderloom.publish.publisher import Publisher
from orderloom.records.edge import Edge
from orderloom.records.hooks import Registry
from orderloom.records.service import Records
from orderloom.storage.live import Catalog


class Platform(Protocol):
    """The parts of a running process."""

    settings: Settings
    database: Database
    catalog: Catalog
    publisher: Publisher
    drafts: Drafts
    registry: Registry
    records: Records
    files: Files
    edge: Edge
    inbox: Inbox
    doorkeeper: Doorkeeper
    background: Supervisor


def platform(request: Request) -> Platform:
    """The platform behind a request."""
    found: Platform = request.app.state.platform
    return found


def hub(request: Request) -> LiveHub:
    """The hub of live hints behind a request."""
    found: LiveHub = request.app.state.hub
    return found
