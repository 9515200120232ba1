"""User-visible texts by code and language, and the pinyin that Chinese search needs.

Invariant: zh-CN is the source language; a text missing in another language falls back to it.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

Label = dict[str, str]
"""A text by language: ``{"zh-CN": "订单", "en": "Order"}``."""

SOURCE = "zh-CN"
LANGUAGES = ("zh-CN", "en")

_CATALOGUE: dict[str, dict[str, Mapping[str, str]]] = {language: {} for language in LANGUAGES}
_READ: set[Path] = set()


def register_messages(folder: Path) -> None:
    """Read every ``*.zh-CN.yaml`` and ``*.en.yaml`` (or ``zh-CN.yaml``, ``en.yaml``) of a folder.

    An entry is ``code: text`` or ``code: {title: …, detail: …}``.
    """
    if folder in _READ:
        return
    _READ.add(folder)
    for language in LANGUAGES:
        files = [*folder.glob(f"*.{language}.yaml"), *folder.glob(f"{language}.yaml")]
        for file in sorted(files):
            for code, entry in (_load(file) or {}).items():
                _CATALOGUE[language][code] = entry if isinstance(entry, dict) else {"title": entry}


def _load(file: Path) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(file.read_text("utf-8"), Loader=loader)  # noqa: S506 - a safe loader


@lru_cache(maxsize=1)
def _kernel() -> None:
    register_messages(Path(__file__).resolve().parent.parent / "messages")


def _entry(code: str, language: str) -> Mapping[str, str] | None:
    _kernel()
    return _CATALOGUE.get(language, {}).get(code) or _CATALOGUE[SOURCE].get(code)


def codes(language: str) -> set[str]:
    """All codes that have a text in the language itself."""
    _kernel()
    return set(_CATALOGUE.get(language, {}))


def has(code: str, language: str) -> bool:
    """Whether the code has a text in the language itself."""
    return code in codes(language)


def title(code: str, language: str, params: Mapping[str, Any] | None = None) -> str:
    """The short text of a code; the code itself when nobody wrote one."""
    entry = _entry(code, language)
    return _fill(entry["title"], params or {}, language) if entry else code


def render(code: str, params: Mapping[str, Any], language: str) -> str:
    """The long text of a code with its parameters filled in (its title when it has no detail)."""
    entry = _entry(code, language)
    if entry is None:
        return code
    return _fill(entry.get("detail") or entry["title"], params, language)


class _Params(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"


def _fill(text: str, params: Mapping[str, Any], language: str) -> str:
    if "{" not in text:
        return text
    return text.format_map(_Params({k: _plain(v, language) for k, v in params.items()}))


def _plain(value: Any, language: str) -> str:
    if value is None:
        return "—"
    if isinstance(value, Mapping) and SOURCE in value:
        return str(pick(value, language))
    if isinstance(value, list | tuple | set | frozenset):
        return ("、" if language == SOURCE else ", ").join(_plain(v, language) for v in value)
    return str(value)


def pick(label: Mapping[str, str] | None, language: str) -> str:
    """The text of a label in a language, or in the source language."""
    if not label:
        return ""
    return label.get(language) or label.get(SOURCE) or next(iter(label.values()), "")


@lru_cache(maxsize=65536)
def pinyin(text: str) -> tuple[str, str]:
    """Full pinyin and initials: ``深圳广联`` → ``("shenzhenguanglian", "szgl")``."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - its dictionary is large

    syllables = lazy_pinyin(text)
    full = "".join(syllables).lower()
    initials = "".join(s[0] for s in syllables if s).lower()
    return full, initials
