"""Ports for servers of tests: none that a neighbour is given, or that the system gives away.

A port that was free when somebody looked may be taken a moment later: by another worker of the same
run, or by any connection that goes out, for the system takes the near end's port from a range.
"""

import itertools
import os
import socket

_FIRST, _EACH, _WORKERS = 18_000, 1_500, 8
"""Below the range of which the system takes ports for connections that go out."""


def _ours() -> range:
    """The ports of this worker alone."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw7")
    first = _FIRST + int(worker.removeprefix("gw")) % _WORKERS * _EACH
    return range(first, first + _EACH)


def _in_turn() -> "itertools.chain[int]":
    """Our ports for ever; where it begins differs, so that two runs rarely meet."""
    ports = _ours()
    at = os.getpid() * 31 % len(ports)
    return itertools.chain.from_iterable(itertools.repeat((*ports[at:], *ports[:at])))


_ports = _in_turn()


def free_port() -> int:
    """A port of the loopback that nobody uses, and that nobody else is given."""
    for port in itertools.islice(_ports, _EACH):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError
