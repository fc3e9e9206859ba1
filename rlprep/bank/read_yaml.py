"""A YAML file as plain data that remembers its lines, and is safe to read from a stranger.

PyYAML alone keeps the last of two equal keys, expands aliases without bound and forgets where a
value stood. Packs come from other people, so each of these is an error with its line here.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from rlprep.bank.problem import Problem
from rlprep.errors import reason_of

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_BYTES = 1_000_000
_MAX_DEPTH = 30
_HARMLESS = 1000  # levels; PyYAML composes several thousand

Key = tuple[str | int, ...]


class UnreadableError(Exception):
    """The file is no YAML mapping that a pack may hold."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True)
class Document:
    """The data of one file, and the line of each key and list entry in it."""

    path: Path
    data: dict[str, Any]
    lines: dict[Key, int]

    def line(self, key: Key) -> int | None:
        """Return the line of `key`, or of the nearest thing around it that has one."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key)


def read_text(path: Path) -> str:
    """Return a content file's text.

    Raises:
        UnreadableError: the file is missing, too large, no regular file or not UTF-8.
    """
    try:
        if not path.is_file():
            raise UnreadableError(Problem(path, None, "not a regular file"))
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableError(
                Problem(path, None, f"larger than {MAX_BYTES:,} bytes", "split it: one item a file")
            )
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = Problem(path, None, f"not UTF-8 (byte {error.start})", "save the file as UTF-8")
        raise UnreadableError(problem) from None
    except OSError as error:
        reason = reason_of(error)
        raise UnreadableError(Problem(path, None, f"can't be read: {reason}")) from None


def read_yaml(path: Path) -> Document:
    """Return the mapping that a YAML file holds.

    Raises:
        UnreadableError: a syntax error, a repeated key, an alias, a tag, too deep, no mapping.
    """
    text = read_text(path)
    loader = _Loader(text)
    try:
        if _overflows(text):
            raise RecursionError
        root = loader.get_single_node()
        lines: dict[Key, int] = {}
        if not isinstance(root, yaml.MappingNode):
            line = root.start_mark.line + 1 if root is not None else None
            raise UnreadableError(
                Problem(path, line, "not a mapping", "start the file with 'kind: question'")
            )
        _walk(path, root, (), lines, set())
        return Document(path, loader.construct_document(root), lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = f"YAML syntax: {error.problem or error}"
        problem = Problem(path, mark.line + 1 if mark else None, what, _syntax_hint(what))
    except (yaml.YAMLError, ValueError) as error:
        problem = Problem(path, None, f"YAML syntax: {str(error).splitlines()[0]}")
    except RecursionError:
        problem = Problem(path, None, "nested too deeply", "packs need 5 levels")
    finally:
        loader.dispose()
    raise UnreadableError(problem)


def _overflows(text: str) -> bool:
    """Whether it nests so deeply that the composer, which recurses on the C stack, would crash.

    A flow collection takes a bracket, a block collection a column: few texts have enough of either,
    and of these the parser, which doesn't recurse, tells.
    """
    brackets = text.count("[") + text.count("{")
    if brackets <= _HARMLESS and not re.search(rf"(?m)^[ ?:-]{{{_HARMLESS}}}", text):
        return False
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _HARMLESS:
            return True
    return False


def _syntax_hint(what: str) -> str | None:
    if "mapping values" in what or "could not find expected ':'" in what:
        return "put quotes around a text that holds ': ', or use a block ('|')"
    if "escape" in what:
        return "LaTeX belongs in single quotes or in a block ('|'), never in double quotes"
    return None


def _walk(path: Path, node: yaml.Node, key: Key, lines: dict[Key, int], seen: set[int]) -> None:
    """Note the lines below `node`; refuse aliases, repeated keys and deep nesting."""
    line = node.start_mark.line + 1
    if id(node) in seen:
        raise UnreadableError(Problem(path, line, "aliases (*name) are not read", "write it out"))
    if len(key) > _MAX_DEPTH:
        raise UnreadableError(Problem(path, line, "nested too deeply", "packs need 5 levels"))
    seen.add(id(node))
    lines.setdefault(key, line)
    if isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            _walk(path, child, (*key, index), lines, seen)
    elif isinstance(node, yaml.MappingNode):
        for name, child in node.value:
            inner = (*key, str(name.value))
            if inner in lines:
                first = f"it stands on line {lines[inner]} already"
                at = name.start_mark.line + 1
                raise UnreadableError(Problem(path, at, f"key '{name.value}' repeated", first))
            lines[inner] = name.start_mark.line + 1
            _walk(path, child, inner, lines, seen)
