"""How models are reached: addresses, limits and prices, as plain values that cross between processes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Options:
    """What an adapter is made with.

    Attributes:
        base_url: address of the provider or of a local server; empty for the provider's own.
        store: URL of the log that recordings are read from.
        prices: file that overrides the price list, empty for none.
        deadline: seconds that one attempt may take in all.
        tries: attempts at one request before it is given up.
        longest_wait: most seconds between two attempts, whatever a provider asks for.
        in_flight: most requests at a time, over all processes.
        requests_per_minute, tokens_per_minute: limits of the account over all processes, 0 for none.
        processes: how many processes share these limits; each keeps to its own part.
    """

    base_url: str = ""
    store: str = ""
    prices: str = ""
    deadline: float = 120.0
    tries: int = 6
    longest_wait: float = 60.0
    in_flight: int = 1024
    requests_per_minute: float = 0.0
    tokens_per_minute: float = 0.0
    processes: int = 1

    def plain(self) -> Plain:
        """As plain values."""
        return asdict(self)

    @property
    def share(self) -> float:
        """The part of the limits that one process has."""
        return 1.0 / max(self.processes, 1)
