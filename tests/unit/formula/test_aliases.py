"""Chinese names of functions are the functions; what is stored is English."""

import pytest

from orderloom.formula.functions import ALIASES, FUNCTIONS, find
from orderloom.formula.parser import parse
from orderloom.formula.printer import print_ast
from tests.unit.formula.cases import CASES, CUSTOMERS, ROW
from tests.unit.formula.world import CONTEXT, formula, same

TYPED = {
    alias: name
    for alias, name in ALIASES.items()
    if not alias.startswith("#") and not FUNCTIONS[name].changes
}


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        *(("如果", "IF"), ("多条件", "IFS"), ("匹配", "SWITCH"), ("且", "AND"), ("或", "OR")),
        *(("非", "NOT"), ("容错", "IFERROR"), ("为空", "ISBLANK"), ("首个非空", "COALESCE")),
        *(("属于", "IN"), ("介于", "BETWEEN"), ("四舍五入", "ROUND"), ("向上舍入", "ROUNDUP")),
        *(("向下舍入", "ROUNDDOWN"), ("取整", "INT"), ("截断", "TRUNC"), ("绝对值", "ABS")),
        *(("取余", "MOD"), ("最小", "MIN"), ("最大", "MAX"), ("求和", "SUM"), ("平均", "AVERAGE")),
        *(
            ("计数", "COUNT"),
            ("计数非空", "COUNTA"),
            ("条件计数", "COUNTIF"),
            ("条件求和", "SUMIF"),
        ),
        *(("长度", "LEN"), ("左截取", "LEFT"), ("右截取", "RIGHT"), ("截取", "MID")),
        *(("去空格", "TRIM"), ("连接", "#&"), ("包含", "CONTAINS"), ("今天", "TODAY")),
        *(("现在", "NOW"), ("日期", "DATE"), ("年", "YEAR"), ("月", "MONTH"), ("日", "DAY")),
        *(("加月", "EDATE"), ("月末", "EOMONTH"), ("天数", "DAYS"), ("当前用户", "CURRENT_USER")),
    ],
)
def test_the_alias_of_the_language(alias: str, name: str) -> None:
    function = find(alias)
    assert function is not None
    assert function.name == name


def test_no_name_means_two_functions() -> None:
    every = [*FUNCTIONS, *(alias for one in FUNCTIONS.values() for alias in one.aliases)]
    assert len(every) == len(set(every))


@pytest.mark.parametrize("alias", TYPED)
def test_an_alias_does_what_its_function_does(alias: str) -> None:
    """The function's own cases, with the alias in place of the English name."""
    name = "CONCAT" if TYPED[alias] == "#&" else TYPED[alias]
    cases = [(text, out) for text, out in CASES[TYPED[alias]] if text.startswith(f"{name}(")]
    assert cases
    for text, out in cases:
        made = formula(alias + text.removeprefix(name))
        found = made.python(CONTEXT)(ROW, lambda _entity, id_: CUSTOMERS.get(id_))
        assert same(found, out), text


@pytest.mark.parametrize("alias", TYPED)
def test_stored_is_the_english_name(alias: str) -> None:
    name = "CONCAT" if TYPED[alias] == "#&" else TYPED[alias]
    assert print_ast(parse(f"{alias}（a，b）")) == print_ast(parse(f"{name}(a, b)"))
    assert print_ast(parse(f"{alias}(a, b)")).isascii()


def test_names_are_read_in_any_case() -> None:
    assert find("sum") is find("Sum") is FUNCTIONS["SUM"]
    assert find("求 和") is None
