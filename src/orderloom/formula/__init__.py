"""The formula language: one typed tree, targets that agree to the last digit.

It is the only language of filters, conditions, row scopes, defaults and totals.
"""

from orderloom.formula.compiled import (
    BLANKS,
    Blanks,
    Formula,
    compile_formula,
    evaluate,
    explain,
    to_json,
)
from orderloom.formula.errors import FormulaError
from orderloom.formula.parser import parse
from orderloom.formula.printer import print_ast
from orderloom.formula.scope import EntityScope, FormulaContext, ScopeField, Scopes
from orderloom.formula.to_python import Evaluate

__all__ = [
    "BLANKS",
    "Blanks",
    "EntityScope",
    "Evaluate",
    "Formula",
    "FormulaContext",
    "FormulaError",
    "ScopeField",
    "Scopes",
    "compile_formula",
    "evaluate",
    "explain",
    "parse",
    "print_ast",
    "to_json",
]
