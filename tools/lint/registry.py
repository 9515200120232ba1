"""Every rule, in the order it is run; a new one is a module and a line here."""

from tools.lint import (
    actor,
    clock_and_ids,
    file_size,
    hosts,
    one_door,
    saved_first,
    sql_identifiers,
)
from tools.lint.rule import Rule

RULES: tuple[Rule, ...] = (
    one_door.RULE,
    actor.RULE,
    sql_identifiers.RULE,
    clock_and_ids.RULE,
    file_size.RULE,
    saved_first.RULE,
    hosts.RULE,
)
