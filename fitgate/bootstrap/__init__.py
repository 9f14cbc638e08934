"""The only place that names concrete adapters; each is imported when it is asked for."""

from fitgate.bootstrap.clones import (
    Clone,
    default_policy,
    facts_cache,
    journals,
    open_clone,
    rehearse,
    shipped_policies,
    starters,
    stopwatch,
)
from fitgate.bootstrap.deliveries import Deliveries, github_deliveries
from fitgate.bootstrap.forges import can_sign, ledger_on_github, observe_github, open_github
from fitgate.bootstrap.ledgers import (
    chain_in,
    figures_in_columns,
    figures_of_rows,
    open_database,
    open_ledger,
    restored,
)
from fitgate.bootstrap.output import (
    harmless,
    junit_report,
    metrics_page,
    painted,
    policy_pictures,
    print_table,
    progress,
    read_register,
    refuse_foreign,
    register_writers,
    write_imported_register,
    write_register,
    written,
)
from fitgate.bootstrap.places import Books, DatabaseBooks, GitHubPlaces
from fitgate.bootstrap.queues import open_queue
from fitgate.bootstrap.reconciling import reconciler
from fitgate.bootstrap.registering import Kept, Registration, made_page

__all__ = [
    "Books",
    "Clone",
    "DatabaseBooks",
    "Deliveries",
    "GitHubPlaces",
    "Kept",
    "Registration",
    "can_sign",
    "chain_in",
    "default_policy",
    "facts_cache",
    "figures_in_columns",
    "figures_of_rows",
    "github_deliveries",
    "harmless",
    "journals",
    "junit_report",
    "ledger_on_github",
    "made_page",
    "metrics_page",
    "observe_github",
    "open_clone",
    "open_database",
    "open_github",
    "open_ledger",
    "open_queue",
    "painted",
    "policy_pictures",
    "print_table",
    "progress",
    "read_register",
    "reconciler",
    "refuse_foreign",
    "register_writers",
    "rehearse",
    "restored",
    "shipped_policies",
    "starters",
    "stopwatch",
    "write_imported_register",
    "write_register",
    "written",
]
