"""What the corridor asks of the world."""

from fitgate.ports.forge import Forge, HostedForge, Origin
from fitgate.ports.memory import Ledger, Marks, ProjectingLedger
from fitgate.ports.queue import Queue, Worker

__all__ = [
    "Forge",
    "HostedForge",
    "Ledger",
    "Marks",
    "Origin",
    "ProjectingLedger",
    "Queue",
    "Worker",
]
