"""The definition: everything that is configured, as frozen typed values.

Invariant: ``load(dump(d)) == d``, byte for byte; one class per field kind, found by registry.
"""

from orderloom.definition.kinds import TextField  # isort: skip - fills the registry first
from orderloom.definition.action import Action
from orderloom.definition.app import App
from orderloom.definition.entity import Entity, Ledger, Section, States, Validation, sort_keys
from orderloom.definition.field import DEFAULT_CONTEXT, Field, FieldFault, ParseContext
from orderloom.definition.finding import DefinitionError, Finding, has_errors
from orderloom.definition.json import content_hash, from_data, from_json, to_data, to_json
from orderloom.definition.load import dump_folder, load_folder
from orderloom.definition.menu import MenuItem
from orderloom.definition.parse import parse_fields, parse_record
from orderloom.definition.registry import FIELD_KINDS
from orderloom.definition.role import Grant, Role
from orderloom.definition.view import View

__all__ = [
    "DEFAULT_CONTEXT",
    "FIELD_KINDS",
    "Action",
    "App",
    "DefinitionError",
    "Entity",
    "Field",
    "FieldFault",
    "Finding",
    "Grant",
    "Ledger",
    "MenuItem",
    "ParseContext",
    "Role",
    "Section",
    "States",
    "TextField",
    "Validation",
    "View",
    "content_hash",
    "dump_folder",
    "from_data",
    "from_json",
    "has_errors",
    "load_folder",
    "parse_fields",
    "parse_record",
    "sort_keys",
    "to_data",
    "to_json",
]
