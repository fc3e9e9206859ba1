"""The bank: every pack that is installed, given or shipped, with its items parsed when asked for.

The shipped content is trusted to be sound (`pack lint` holds it so) and read lazily. A pack from
elsewhere is checked whole before it joins: a broken one is left out and reported, so that one
author's slip never stops an interview.
"""

import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from rlprep.bank.exercise import Exercise
from rlprep.bank.fields import Item
from rlprep.bank.formula import Formula
from rlprep.bank.places import other_places
from rlprep.bank.problem import Problem
from rlprep.bank.read_yaml import UnreadableError, read_yaml
from rlprep.bank.scan import Entry, Folder, scan
from rlprep.bank.schema import Pack, Part, Question, Vocabulary
from rlprep.bank.validate import validate
from rlprep.content import content_root
from rlprep.errors import AuthorError, MisuseError

_AnyItem = TypeVar("_AnyItem", bound=Item)


class Bank:
    """All items of all packs. Ids are unique for each kind, across packs."""

    def __init__(self) -> None:
        self.packs: list[Pack] = []
        self._chosen: Pack | None = None
        self.skipped: list[tuple[str, list[Problem]]] = []
        """Packs that were left out: where each came from, and what is wrong with it."""
        self._entries: dict[tuple[str, str], Entry] = {}
        self._items: dict[tuple[str, str], Item] = {}
        self._homes: dict[tuple[str, str], str] = {}

    @property
    def chosen(self) -> Pack:
        """Return the pack whose round is held when none is named: the one given, or the first."""
        return self._chosen or self.packs[0]

    def choose(self, pack: Pack) -> None:
        """Make a pack the one whose round is held."""
        self._chosen = pack

    def ids(self, kind: str) -> list[str]:
        """Return the ids of all items of a kind, in the order of packs and files."""
        return [id_ for known, id_ in self._entries if known == kind]

    def question(self, id_: str) -> Question:
        """Return a question.

        Raises:
            MisuseError: no such id.
            AuthorError: its file is unsound.
        """
        return self._item("question", id_, Question)

    def formula(self, id_: str) -> Formula:
        """Return a formula; raises as `question` does."""
        return self._item("formula", id_, Formula)

    def exercise(self, id_: str) -> Exercise:
        """Return an exercise; raises as `question` does."""
        return self._item("exercise", id_, Exercise)

    def vocabularies(self, question: str) -> list[Vocabulary]:
        """Return the vocabularies of a question's patterns: its own pack's, then the shipped one's.

        Raises:
            AuthorError: one of their files is unsound.
        """
        own = self._homes["question", question]
        shipped = self.packs[0].id
        return [
            vocabulary
            for pack in dict.fromkeys((own, shipped))
            for vocabulary in self._vocabularies_of(pack)
        ]

    def shipped_vocabularies(self) -> list[Vocabulary]:
        """Return the vocabularies that the patterns of every pack may use."""
        return self._vocabularies_of(self.packs[0].id)

    def _vocabularies_of(self, pack: str) -> list[Vocabulary]:
        return [
            self._item("vocabulary", id_, Vocabulary)
            for id_ in self.ids("vocabulary")
            if self._homes["vocabulary", id_] == pack
        ]

    def solution(self, kind: str, id_: str, suffix: str = ".md") -> Path | None:
        """Return the file that answers an item, or None where the pack brings none."""
        file = self._entries[kind, id_].solution.with_suffix(suffix)
        return file if file.is_file() else None

    def solution_stem(self, kind: str, id_: str) -> Path:
        """Return where solutions of an item belong, without the suffix of any of them."""
        return self._entries[kind, id_].solution

    def parts(self) -> Iterator[tuple[Pack, Part]]:
        """Yield the parts of the round, pack by pack."""
        for pack in self.packs:
            for part in pack.parts:
                yield pack, part

    def pack_of(self, question: str) -> Pack:
        """Return the pack whose round asks a question."""
        for pack, part in self.parts():
            if question in part.questions:
                return pack
        raise MisuseError(f"the question '{question}' is in no part of any pack")

    def add(self, pack: Pack, entries: Iterable[Entry], items: Iterable[Item] = ()) -> None:
        """Join a pack, with those of its items that are parsed already."""
        self.packs.append(pack)
        for entry in entries:
            self._entries[entry.kind, entry.id] = entry
            self._homes[entry.kind, entry.id] = pack.id
        for item in items:
            self._items[getattr(item, "kind", ""), getattr(item, "id", "")] = item

    def taken(self, folder: Folder) -> list[Problem]:
        """Return a problem for each item whose id another pack holds already."""
        return [
            Problem(entry.file, None, f"the {entry.kind} id '{entry.id}' is taken", "rename it")
            for entry in folder.entries
            if (entry.kind, entry.id) in self._entries
        ]

    def holds(self, file: Path) -> bool:
        """Return whether an item of the bank comes from this very file."""
        return file.resolve() in {entry.file.resolve() for entry in self._entries.values()}

    def _item(self, kind: str, id_: str, model: type[_AnyItem]) -> _AnyItem:
        if (kind, id_) not in self._entries:
            close = difflib.get_close_matches(id_, self.ids(kind), 1, 0.5)
            hint = f"did you mean '{close[0]}'?" if close else f"one of {', '.join(self.ids(kind))}"
            raise MisuseError(f"there is no {kind} '{id_}'", hint=hint)
        if (kind, id_) not in self._items:
            self._items[kind, id_] = parse(self._entries[kind, id_].file)
        item = self._items[kind, id_]
        if not isinstance(item, model):
            raise AuthorError(f"not a {kind}", where=str(self._entries[kind, id_].file))
        return item


def load_bank(given: Iterable[Path] = ()) -> Bank:
    """Return the shipped packs and those from ``--pack``, the environment and installed packages.

    Raises:
        AuthorError: the shipped content can't be read. Other packs are skipped instead, and
            listed in `Bank.skipped`.
    """
    bank = Bank()
    root = content_root()
    folders, problems = scan(root)
    if problems:
        raise author_error(problems)
    for folder in folders:
        bank.add(_parse_pack(folder.pack_file), folder.entries)
    given = tuple(given)
    for name, place in other_places(given):
        joined = _join(bank, name, place)
        if joined and place in given:
            bank.choose(joined[0])
    return bank


def parse(file: Path) -> Item:
    """Return the item in a file.

    Raises:
        AuthorError: the file is unreadable or breaks its schema; the message names every fault.
    """
    item, problems = _read(file)
    if item is None:
        raise author_error(problems)
    return item


def _read(file: Path) -> tuple[Item | None, list[Problem]]:
    """Return the item in a file, or None and what is wrong with it."""
    try:
        return validate(read_yaml(file))
    except UnreadableError as error:
        return None, [error.problem]


def author_error(problems: list[Problem]) -> AuthorError:
    """Return one error that lists all `problems`, at most ten of them."""
    shown = problems[:10]
    more = [f"(and {len(problems) - 10} more)"] if len(problems) > 10 else []
    return AuthorError("\n".join([*map(str, shown), *more]))


def _parse_pack(file: Path) -> Pack:
    item = parse(file)
    if not isinstance(item, Pack):
        raise AuthorError("not a pack", where=str(file), hint="its first line is 'kind: pack'")
    return item


def _join(bank: Bank, name: str, root: Path) -> list[Pack]:
    """Join the packs below `root` and return them, or note why they are skipped."""
    folders, problems = scan(root)
    for folder in folders:
        problems += bank.taken(folder)
    parsed: list[tuple[Pack, Folder, list[Item]]] = []
    for folder in folders:
        pack, faults = _read(folder.pack_file)
        read = [_read(entry.file) for entry in folder.entries]
        problems += faults
        problems += [fault for _, item_faults in read for fault in item_faults]
        if isinstance(pack, Pack):
            parsed.append((pack, folder, [item for item, _ in read if item is not None]))
    for pack, folder, _ in parsed:
        known = {entry.id for entry in folder.entries if entry.kind == "question"}
        problems += [
            Problem(folder.pack_file, None, f"part {part.id}: there is no question '{id_}'")
            for part in pack.parts
            for id_ in part.questions
            if id_ not in known
        ]
    if problems:
        bank.skipped.append((name, problems))
        return []
    for pack, folder, items in parsed:
        bank.add(pack, folder.entries, items)
    return [pack for pack, _, _ in parsed]
