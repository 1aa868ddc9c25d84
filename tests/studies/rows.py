"""What a study of mutants found: one row of its table for each class of change."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Survivor:
    """A mutant that nothing noticed: where it is, and what was changed."""

    path: str
    line: int
    column: int
    change: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.change}"


@dataclass(frozen=True)
class Row:
    """A class of mutants: how many were noticed of all that had to be, and how many were counted apart."""

    name: str
    caught: int
    total: int  # caught and survivors, without those counted apart
    apart: int = 0
    survivors: list[Survivor] = field(default_factory=list)
    mark: float = 1.0  # the share that has to be caught

    @property
    def share(self) -> float:
        return self.caught / self.total if self.total else 1.0

    @property
    def missed(self) -> bool:
        return self.share < self.mark
