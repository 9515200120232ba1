"""What this process counts, for Prometheus.

Invariant: labels are kinds of things (a route, a stage, a code), never things or people, and their
number is bounded.
"""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()
_MOST_CODES = 500
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REQUESTS = Counter(
    "orderloom_requests_total", "HTTP requests", ("method", "route", "status"), registry=REGISTRY
)
REQUEST_SECONDS = Histogram(
    "orderloom_request_seconds",
    "HTTP request time",
    ("route",),
    buckets=_SECONDS,
    registry=REGISTRY,
)
COMMANDS = Counter(
    "orderloom_commands_total",
    "Commands that walked the corridor",
    ("kind", "outcome"),
    registry=REGISTRY,
)
STAGE_SECONDS = Histogram(
    "orderloom_stage_seconds",
    "Time of a stage of the corridor, for a whole batch",
    ("stage",),
    buckets=_SECONDS,
    registry=REGISTRY,
)
POOL = Gauge("orderloom_pool_connections", "Pooled connections", ("state",), registry=REGISTRY)
JOBS = Gauge("orderloom_jobs", "Jobs in the queue", ("state",), registry=REGISTRY)
JOB_WAIT = Gauge("orderloom_job_wait_seconds", "Wait of the oldest job", registry=REGISTRY)
UNSEALED = Gauge("orderloom_unsealed_events", "Events without a seal", registry=REGISTRY)
SEAL_LAG = Gauge("orderloom_seal_lag_seconds", "Age of the oldest of them", registry=REGISTRY)
BACKUP_AGE = Gauge("orderloom_backup_age_seconds", "Since the last backup", registry=REGISTRY)
BACKUP_LAG = Gauge(
    "orderloom_backup_lag_seconds", "Since the last moment that can be restored", registry=REGISTRY
)
BACKUP_BYTES = Gauge("orderloom_backup_bytes", "Size of the last backup", registry=REGISTRY)
BACKUP_FAILED = Gauge("orderloom_backup_failed", "1 when the last try failed", registry=REGISTRY)
BACKGROUND_UP = Gauge(
    "orderloom_background_up", "0 when background work died lately", ("task",), registry=REGISTRY
)
BACKGROUND_DEATHS = Counter(
    "orderloom_background_deaths_total",
    "Background work that died and was started again",
    ("task",),
    registry=REGISTRY,
)
DATABASE_BYTES = Gauge("orderloom_database_bytes", "Size of the database", registry=REGISTRY)
_REFUSED = Counter("orderloom_refused_total", "Refusals", ("code",), registry=REGISTRY)
_codes: set[str] = set()


def count_refusal(code: str) -> None:
    """Count a refusal by its code; codes beyond a bound share a label."""
    if code not in _codes and len(_codes) >= _MOST_CODES:
        code = "other"
    _codes.add(code)
    _REFUSED.labels(code).inc()


class Stages:
    """The time that a batch spends in each stage, however often it walks through."""

    __slots__ = ("_name", "_seconds", "_started")

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._name: str | None = None
        self._started = 0.0

    def enter(self, name: str | None) -> None:
        """Go on to a stage, or to none: the one before ends here."""
        now = time.perf_counter()
        if self._name is not None:
            self._seconds[self._name] = self._seconds.get(self._name, 0.0) + now - self._started
        self._name, self._started = name, now

    def tell(self) -> None:
        """Count the batch: what it spent in every stage it came to."""
        self.enter(None)
        for name, seconds in self._seconds.items():
            STAGE_SECONDS.labels(name).observe(seconds)
        self._seconds = {}
