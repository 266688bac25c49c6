"""A fleet: printers of mixed models as arrays, aged together by the equations that age one printer alone.

Nothing in a fleet depends on how many printers it has, on their order, or on how it was cut into shards: printer
`seed` of a model has the same history anywhere, to the bit. Some 1.5 KiB hold a printer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actors.worlds.printer.ageing import chance
from actors.worlds.printer.ageing.layout import layout
from actors.worlds.printer.ageing.record import Record
from actors.worlds.printer.machine import PrinterType, machines
from actors.worlds.printer.physics.elementwise import Array
from actors.worlds.printer.printer import VirtualPrinter

BLOCK = 2048
"""Printers that are aged at a time: so few that what is worked out for them stays in the processor's cache."""


@dataclass
class _Group:
    """The printers of one model: their places in the fleet, and their record."""

    places: NDArray[np.intp]
    record: Record


class Fleet:
    """N printers.

    Args:
        types: the model of each, or one model for all.
        seeds: the seed of each; with its model it is all that decides a printer's history.

    Attributes:
        hours: printing hours of each printer (N).

    Raises:
        ValueError: a model is unknown, or there are not as many models as seeds.
    """

    def __init__(self, types: str | Sequence[str], seeds: Sequence[int]) -> None:
        names = [str(types)] * len(seeds) if isinstance(types, str | PrinterType) else [str(one) for one in types]
        if len(names) != len(seeds):
            raise ValueError(f"{len(names)} models for {len(seeds)} seeds: name one model for all, or one for each")
        strange = sorted(set(names) - machines().keys())
        if strange:
            raise ValueError(f"unknown printer type '{strange[0]}'; known are {', '.join(machines())}")
        self.seeds = list(seeds)
        self.hours = np.zeros(len(seeds))
        self._groups = dict(self._grouped(names))
        self._types = names

    def __len__(self) -> int:
        return len(self.seeds)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays."""
        return self.hours.nbytes + sum(g.record.nbytes + g.places.nbytes for g in self._groups.values())

    def age(self, hours: float) -> None:
        """Print for so many hours, all of them.

        Raises:
            ValueError: if hours is negative.
        """
        if hours < 0:
            raise ValueError(f"hours must not be negative, got {hours}")
        for block in self._blocks():
            block.advance(hours)
        self.hours += hours

    def values(self, parameter: str) -> Array:
        """A parameter of all printers as it is now (N).

        Raises:
            KeyError: there is no such parameter.
        """
        found = np.empty(len(self))
        for model, group in self._groups.items():
            row = layout(model).row[parameter]
            parts = [part.present().values[row] for part in self._cut(group.record)]
            found[group.places] = np.concatenate(parts)
        return found

    def failed(self) -> Counter[str]:
        """How many printers have failed in which way, by cause, and have not been repaired."""
        found: Counter[str] = Counter()
        for model, group in self._groups.items():
            counts = sum((p.ages >= p.lives).sum(axis=1) for p in (q.present() for q in self._cut(group.record)))
            found.update({one.cause: int(n) for one, n in zip(layout(model).failures, counts, strict=True) if n})
        return found

    def printer(self, place: int) -> VirtualPrinter:
        """One of them, taken out: a copy that prints, falls ill and is repaired like any other; see `put_back`."""
        model, at = self._find(place)
        record = self._groups[model].record.take(np.array([at]))
        values = dict(zip(layout(model).names, record.present().values[:, 0].tolist(), strict=True))
        return VirtualPrinter(model, self.seeds[place], float(self.hours[place]), values, record=record)

    def put_back(self, place: int, printer: VirtualPrinter) -> None:
        """Take a printer back, with all that was done to it meanwhile.

        Raises:
            ValueError: it is not the printer of this place.
        """
        model, at = self._find(place)
        if (str(printer.type), printer.seed) != (model, self.seeds[place]):
            raise ValueError(
                f"place {place} belongs to {model} {self.seeds[place]}, not to {printer.type} {printer.seed}"
            )
        self._groups[model].record.put(np.array([at]), printer.wear_clock())
        self.hours[place] = printer.hours

    def _find(self, place: int) -> tuple[str, int]:
        if not 0 <= place < len(self):
            raise IndexError(f"there are printers 0 to {len(self) - 1}, not {place}")
        model = self._types[place]
        return model, int(np.searchsorted(self._groups[model].places, place))

    def _grouped(self, names: list[str]) -> Iterator[tuple[str, _Group]]:
        every = np.array(names)
        for model in dict.fromkeys(names):
            places = np.flatnonzero(every == model)
            keys = chance.keys([self.seeds[place] for place in places], model)
            yield model, _Group(places, Record.new(model, keys))

    def _blocks(self) -> Iterator[Record]:
        for group in self._groups.values():
            yield from self._cut(group.record)

    @staticmethod
    def _cut(record: Record) -> Iterator[Record]:
        for begin in range(0, len(record.owed), BLOCK):
            yield record.take(slice(begin, begin + BLOCK))
