"""PostgreSQL: embedded or external, pool, transactions, whole-command retry, migrations."""

from orderloom.database.pool import Connection, Database
from orderloom.database.retry import StaleDefinitionError, run_whole
from orderloom.database.sql import Params, ident, queries

__all__ = [
    "Connection",
    "Database",
    "Params",
    "StaleDefinitionError",
    "ident",
    "queries",
    "run_whole",
]
