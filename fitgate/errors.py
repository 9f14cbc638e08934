"""What can go wrong, sorted by who can put it right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class FitgateError(Exception):
    """Anything FITGate raises on purpose; every other exception is our bug."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file that a person edits.

    `where` is the path into the document (`rules.2.when.setting`), `line` and `column` count from
    one; either is absent when the document has no such place (a key that is missing at the top).
    """

    message: str
    where: str = ""
    line: int | None = None
    column: int | None = None
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.line}:{self.column}: " if self.line is not None else ""
        path = f"{self.where}: " if self.where else ""
        remedy = f" ({self.remedy})" if self.remedy else ""
        return f"{place}{path}{self.message}{remedy}"


class UserError(FitgateError):
    """A person can put it right by editing a file or a command: exit code 2."""


class ProblemsError(UserError):
    """A file with problems, all of them named at once."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.source = source
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{source}:{problem}" for problem in self.problems))


class PolicyError(ProblemsError):
    """A policy file that cannot be used."""


class CasesError(ProblemsError):
    """A file of cases that cannot be used."""


class FactsError(ProblemsError):
    """A facts file that cannot be used."""


class RegisterError(ProblemsError):
    """A register or review file that cannot be used."""


class SettingsError(ProblemsError):
    """Variables of the environment that cannot be used."""


class DeliveryError(FitgateError):
    """A webhook delivery that its sender must put right: HTTP 400, or the status it names."""

    def __init__(self, message: str, status: int = 400) -> None:
        self.status = status
        super().__init__(message)


class BadSignatureError(DeliveryError):
    """A delivery that nobody who knows the secret has signed: HTTP 401, nothing is kept."""

    def __init__(self, message: str) -> None:
        super().__init__(message, 401)


class UpstreamError(FitgateError):
    """A system we lean on did not answer: exit code 4."""


class ForgeError(UpstreamError):
    """The forge, or the clone that stands for it, could not be read at all.

    `status` is that of its HTTP answer, `retry_after` the seconds that it asks to wait.
    """

    def __init__(
        self, message: str, *, status: int | None = None, retry_after: float | None = None
    ) -> None:
        self.status, self.retry_after = status, retry_after
        super().__init__(message)

    def is_refusal(self, *statuses: int) -> bool:
        """Say whether this is one of these answers; that we are to wait is told by 403 as well."""
        return self.status in statuses and self.retry_after is None


class LedgerError(UpstreamError):
    """The ledger could not be read or written."""


class QueueError(UpstreamError):
    """Deliveries or tasks could not be kept, or taken."""


class BrokenChainError(LedgerError):
    """A ledger that was edited, cut or forked: nothing is added to it.

    `seq` is the number of the first entry that does not hang together with those before it.
    """

    def __init__(self, seq: int, why: str) -> None:
        self.seq, self.why = seq, why
        super().__init__(
            f"entry {seq} of the ledger {why}. Nothing is added to it: put a copy back that "
            "`fitgate ledger verify` finds whole."
        )


class ImportProblemsError(ProblemsError):
    """A file to import with rows that cannot be used; nothing of it was imported."""

    @classmethod
    def joined(cls, errors: Sequence[ProblemsError]) -> ImportProblemsError:
        """Return one error for several files, each problem told with its own file."""
        joint = cls(errors[0].source, [problem for each in errors for problem in each.problems])
        joint.args = ("\n".join(map(str, errors)),)
        return joint
