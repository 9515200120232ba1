"""The columns that every record has, and the words that no key may be.

Invariant: a key of a definition never collides with a system column or a route.
"""

SYSTEM_COLUMNS: dict[str, str] = {
    "id": "bigint",
    "version": "bigint",
    "owner_id": "bigint",
    "owner_department_id": "bigint",
    "created_at": "timestamptz",
    "created_by": "bigint",
    "updated_at": "timestamptz",
    "updated_by": "bigint",
    "deleted_at": "timestamptz",
    "deleted_by": "bigint",
    "search_text": "text",
}
"""System columns of every record, with their PostgreSQL types, in table order."""

SYSTEM_KEYS = frozenset(SYSTEM_COLUMNS)

SHOWN_SYSTEM_KEYS = frozenset(SYSTEM_COLUMNS) - {"search_text"}
"""System columns that views, sorts and formulas may name."""

LINES_COLUMNS: dict[str, str] = {"id": "bigint", "parent_id": "bigint", "position": "bigint"}
"""System columns of every row of lines."""

ECHOED = frozenset({"id", "version", "computing"})
"""System keys that a client may send back with a record; the edge reads them, parsing does not."""

RESERVED_KEYS = frozenset(
    {
        *SYSTEM_KEYS,
        *LINES_COLUMNS,
        "actions",
        "and",
        "computing",
        "false",
        "history",
        "import",
        "not",
        "null",
        "or",
        "query",
        "refs",
        "true",
        "why",
    }
)
"""Words that field keys may not be."""

RESERVED_ENTITIES = frozenset({"drafts", "import", "query", "actions", "history", "live", "refs"})
"""Words that entity keys may not be: routes below an app."""

RESERVED_APPS = frozenset(
    {
        "api",
        "apps",
        "assets",
        "boards",
        "departments",
        "files",
        "flow",
        "formula",
        "information_schema",
        "intake",
        "jobs",
        "live",
        "orderloom",
        "people",
        "platform",
        "problems",
        "public",
        "session",
        "tasks",
    }
)
"""Words that app ids may not be: routes below the API and schemas of the database."""
