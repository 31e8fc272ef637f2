"""What a benchmark returns, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure, the limit or peer measured in the same run, and the aim."""

    name: str
    value: str
    beside: str
    aim: str
    is_met: bool


def show(figures: Iterable[Figure]) -> None:
    """Print the figures as a table."""
    table = Table(title="Tributary benchmarks", show_lines=False)
    for column in ("what", "measured", "limit or peer, same run", "aim", "met"):
        table.add_column(column, overflow="fold")
    for figure in figures:
        table.add_row(figure.name, figure.value, figure.beside, figure.aim, "yes" if figure.is_met else "NO")
    Console(width=150).print(table)
