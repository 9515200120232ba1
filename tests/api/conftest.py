"""The orders app behind its HTTP door: the fixtures of the app tests, and the routes they take."""

from tests.apps.conftest import client, make_person, owner, platform

__all__ = ["client", "make_person", "owner", "platform"]
