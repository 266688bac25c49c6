"""The Runtime port: how whoever conducts a training hires pools of workers and asks them, wherever they live.

Only plain values cross (see `events.codec`): no objects, no exceptions, no module paths that end up in the log.
What a worker holds in memory is a convenience that can be lost at any moment; only the log is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Protocol

Plain = dict[str, Any]

JOURNAL: Final = "journal"
"""The pool that writes the log; it is closed after all others."""
DELIVERIES: Final = 5
"""How often a stateless request is delivered before its asker hears that the workers keep dying of it."""


class Shell(Protocol):
    """What lives in a worker: a role's running shell. Made as `Class(config)`, inside the running event loop."""

    async def answer(self, request: Plain) -> Plain:
        """Answer one request; many run side by side, so shells await and never block for long."""
        ...

    async def close(self) -> None:
        """Finish what must be finished before the worker ends. A shell may leave this method out."""
        ...


@dataclass(frozen=True, slots=True)
class Staffing:
    """How a pool is made.

    Attributes:
        pool: the pool's name (`generators`, `printers`, `agents`, `evaluators`, `reflectors`, `journal`).
        shell: the class that lives in each worker, as `package.module:Class`; resolved where the worker is.
        config: plain values handed to the class.
        size: number of workers.
        stateless: True if a request may be delivered again after its worker died: then the runtime does that itself.
        cpus: processor cores that each worker asks of a cluster; a fraction, because most workers mostly wait.
        reached: True if workers of other pools reach this pool of one: see `Runtime.reach`.
    """

    pool: str
    shell: str
    config: Plain = field(default_factory=dict)
    size: int = 1
    stateless: bool = False
    cpus: float = 0.1
    reached: bool = False


class Runtime(Protocol):
    """Pools of workers, and one way to reach them."""

    async def spawn(self, staffing: Staffing) -> None:
        """Hire a pool; returns when every worker is ready to answer.

        Raises:
            AskFailed: the shell cannot be found or its constructor raised.
            RuntimeUnavailable: there is nowhere to put the workers.
            ValueError: the pool exists already, or its size is below one.
        """
        ...

    async def ask(self, pool: str, request: Plain, *, key: str = "") -> Plain:
        """One request, one answer. Cancelling the ask cancels the work.

        Args:
            pool: name of the pool.
            request: plain values; anything else is a TypeError here, before it is sent.
            key: requests of one key reach the same worker as long as it lives; without a key, the least busy one.

        Raises:
            AskFailed: the shell raised.
            WorkerLost: the worker died with the request in hand, and the pool is not stateless.
            NoSuchPool: nobody was hired under this name.
            Drained: the runtime takes no more requests, or gave up waiting for this one.
        """
        ...

    def reach(self, pool: str) -> Plain:
        """The address by which workers of other pools reach this stateless pool of one: see `shells.summon_link`.

        Raises:
            NoSuchPool: nobody was hired under this name.
        """
        ...

    async def drain(self, *, grace: float | None = None) -> None:
        """Take nothing more, finish what is in flight, close the shells (the journal last), free everything.

        Draining twice is harmless.

        Args:
            grace: seconds to wait for what is in flight; the rest is abandoned and hears `Drained`. None: no limit.

        Raises:
            AskFailed: a shell could not be closed properly; everything is freed nevertheless.
        """
        ...


class Link(Protocol):
    """A worker's own way to another pool's only worker; made as `Class(address)`, inside the running event loop."""

    async def ask(self, request: Plain) -> Plain:
        """As `Runtime.ask`, to a stateless pool: delivered again when its worker dies."""
        ...

    async def close(self) -> None:
        """Ask nothing more."""
        ...


class RuntimeFault(Exception):  # noqa: N818 - errors read as facts
    """Root of what can go wrong between the conductor and the workers."""


class AskFailed(RuntimeFault):
    """Raised when a shell raised: the error's type and text, never the error itself.

    Attributes:
        pool: who was asked.
        type: class name of the error, `StoreUnavailable`.
        text: what it said.
    """

    def __init__(self, pool: str, type: str, text: str) -> None:  # noqa: A002 - the word of the protocol
        self.pool, self.type, self.text = pool, type, text
        super().__init__(f"{pool}: {type}: {text}" if text else f"{pool}: {type}")


class WorkerLost(RuntimeFault):
    """Raised when a worker died while it held the request; a fresh one without memory has taken its place.

    Attributes:
        pool: whose worker it was.
        index: its place in the pool, from 0.
    """

    def __init__(self, pool: str, index: int, why: str = "") -> None:
        self.pool, self.index = pool, index
        super().__init__(
            f"worker {index} of '{pool}' died with this request in hand{f' ({why})' if why else ''}; "
            "a fresh one takes its place, but what the dead one held in memory is gone: begin the work anew"
        )


class NoSuchPool(RuntimeFault):
    """Raised when a pool is asked that nobody hired."""

    def __init__(self, pool: str, known: list[str]) -> None:
        self.pool = pool
        super().__init__(f"no pool '{pool}' was hired; hired are: {', '.join(sorted(known)) or 'none'}")


class Drained(RuntimeFault):
    """Raised when the runtime is shutting down and takes, or finishes, no more requests."""

    def __init__(self, pool: str) -> None:
        self.pool = pool
        super().__init__(f"the runtime is shutting down; '{pool}' does not answer any more")


class RuntimeUnavailable(RuntimeFault):
    """Raised when workers cannot be had at all; the text says why and what to do."""
