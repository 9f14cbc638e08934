"""The mutants of the gates that look at evidence and state."""

from tests.mutations.mutants import BREAKER, JUDGE, ROLLBACK, TEMPO, VALIDATION, Mutant

MUTANTS = (
    Mutant(
        "an artifact of any age will do", ROLLBACK,
        "if older is False:", "if False:",
        "an_artifact_must_be_older_than_the_change",
    ),
    Mutant(
        "an artifact as old as the change will do", ROLLBACK,
        "return artifact.made_at < change.material_at",
        "return artifact.made_at <= change.material_at",
        "an_artifact_must_be_older_than_the_change",
    ),
    Mutant(
        "an artifact of unknown age is old", ROLLBACK,
        "if artifact.resolved and older is None:", "if False:",
        "an_artifact_of_unknown_age_is_undecided",
    ),
    Mutant(
        "a proposal is as old as its landing", ROLLBACK,
        'return None if change.kind in {"pull", "group"} else True', "return True",
        "a_proposal_may_be_older_than_an_artifact_that_is_older_than_the_landing",
    ),
    Mutant(
        "a movable name is evidence", ROLLBACK,
        "if artifact.movable:", "if False:",
        "a_name_that_can_be_pointed_elsewhere_is_no_evidence",
    ),
    Mutant(
        "unknown artifacts are none", ROLLBACK,
        '_Proof(None, "could not be looked up")', '_Proof(False, "could not be looked up")',
        "an_artifact_that_could_not_be_looked_up_is_undecided",
    ),
    Mutant(
        "what could not be looked up is there", ROLLBACK,
        "    if artifact.resolved:\n", "    if artifact.resolved is not False:\n",
        "an_artifact_that_could_not_be_looked_up_is_undecided",
    ),
    Mutant(
        "a plan is an artifact", ROLLBACK,
        ' and (a.kind == "plan") is plan]', "]",
        "a_plan_is_no_artifact",
    ),
    Mutant(
        "an unread description declares nothing", ROLLBACK,
        "unknown=facts.change.body is None or any(", "unknown=any(",
        "an_artifact_may_be_declared_where_nobody_could_read",
    ),
    Mutant(
        "a failed drill is proof", ROLLBACK,
        "if not drill.passed:", "if drill.passed is None:",
        "a_failed_drill_is_no_proof",
    ),
    Mutant(
        "a later drill is proof", ROLLBACK,
        "if drill.at > facts.as_of:", "if False:",
        "a_drill_that_passed_later_proves_nothing_now",
    ),
    Mutant(
        "a drill of this moment is none", ROLLBACK,
        "if drill.at > facts.as_of:", "if drill.at >= facts.as_of:",
        "a_drill_that_passed_later_proves_nothing_now",
    ),
    Mutant(
        "a drill of any age is proof", ROLLBACK,
        "if facts.as_of - drill.at > terms.within:", "if False:",
        "a_drill_counts_to_the_last_moment_of_its_time",
    ),
    Mutant(
        "a drill's time ends a moment early", ROLLBACK,
        "if facts.as_of - drill.at > terms.within:", "if facts.as_of - drill.at >= terms.within:",
        "a_drill_counts_to_the_last_moment_of_its_time",
    ),
    Mutant(
        "the recovery time is not compared", ROLLBACK,
        "_met(drill.recovery, terms.rto)", "True",
        "a_drill_that_recovered_too_slowly_is_no_proof",
    ),
    Mutant(
        "the loss is not compared", ROLLBACK,
        "_met(drill.loss, terms.rpo)", "True",
        "a_drill_that_lost_too_much_is_no_proof",
    ),
    Mutant(
        "an objective must be beaten", ROLLBACK,
        "measured <= objective", "measured < objective",
        "objectives_are_met_when_equal",
    ),
    Mutant(
        "what was not measured met its objective", ROLLBACK,
        "return None if measured is None else", "return True if measured is None else",
        "a_drill_that_was_not_measured_is_undecided",
    ),
    Mutant(
        "unknown drills are none", ROLLBACK,
        "        facts.drills is None\n        or ", "        ",
        "unknown_drills_are_not_no_drills",
    ),
    Mutant(
        "a drill that was never run is planned", ROLLBACK,
        "if d.passed is None and d.at >= as_of)", "if d.passed is None)",
        "a_drill_planned_soon_enough_will_do",
    ),
    Mutant(
        "a drill in the far future is planned", ROLLBACK,
        "for at in moments if at - as_of <= terms.within}", "for at in moments}",
        "a_drill_planned_soon_enough_will_do",
    ),
    Mutant(
        "a declared date in the past is a plan", ROLLBACK,
        "if day >= as_of.date() and ", "if ",
        "a_date_that_is_past_too_far_or_none_is_no_plan",
    ),
    Mutant(
        "a failed evaluation is not minded", VALIDATION,
        "    if failed:\n", "    if False:\n",
        "one_failure_outweighs_what_passed",
    ),
    Mutant(
        "a pending evaluation is not minded", VALIDATION,
        "    if pending:\n", "    if False:\n",
        "what_has_not_ended_holds",
    ),
    Mutant(
        "an evaluation that never ran passed", VALIDATION,
        "    if not named:\n", "    if False:\n",
        "a_check_that_never_ran_holds",
    ),
    Mutant(
        "a later evaluation counts", VALIDATION,
        "evaluation.at is not None and evaluation.at > as_of", "False",
        "what_ended_later_had_not_ended",
    ),
    Mutant(
        "unknown evaluations are none", VALIDATION,
        'finding(_GATE, Outcome.UNDECIDED, "evaluation-unknown"',
        'finding(_GATE, Outcome.HOLD, "evaluation-unknown"',
        "unknown_evaluations_are_not_no_evaluations",
    ),
    Mutant(
        "no evaluation plan is needed", VALIDATION,
        'finding(_GATE, Outcome.HOLD, "evaluation-plan-missing"',
        'finding(_GATE, Outcome.ALLOW, "evaluation-plan-missing"',
        "a_plan_must_be_declared",
    ),
    Mutant(
        "layers may mix", TEMPO,
        'if {"fast", "slow"} <= {*case.layers}:', "if False:",
        "fast_and_slow_in_one_change_is_held",
    ),
    Mutant(
        "unknown files have no layers", TEMPO,
        "elif case.facts.files is None:", "elif False:",
        "where_the_files_are_unknown_so_are_the_layers",
    ),
    Mutant(
        "a freeze is ignored", BREAKER,
        'Outcome.DENY, "freeze"', 'Outcome.ALLOW, "freeze"',
        "an_open_freeze_denies_and_names_its_owner",
    ),
    Mutant(
        "a restoration perhaps passes a freeze", BREAKER,
        'Outcome.UNDECIDED, "freeze-unknown"', 'Outcome.ALLOW, "freeze-unknown"',
        "a_restoration_perhaps_leaves_a_freeze_undecided",
    ),
    Mutant(
        "unknown breakers are closed", BREAKER,
        'Outcome.UNDECIDED, "breakers-unknown"', 'Outcome.ALLOW, "breakers-unknown"',
        "unknown_breakers_are_not_closed_breakers",
    ),
    Mutant(
        "a breaker that nobody looked at is passed over", BREAKER,
        'if state.state == "unknown":', "if False:",
        "what_nobody_has_looked_at_is_undecided_and_says_what_to_run",
    ),
    Mutant(
        "every breaker is minded", BREAKER,
        "if not gate.names or b.name in gate.names]", "if True]",
        "only_the_breakers_that_are_named_are_minded",
    ),
    Mutant(
        "a breaker on probation freezes", BREAKER,
        'if state.state == "probation":', "if False:",
        "degrading_and_probation_let_pass_and_say_so",
    ),
    Mutant(
        "an auditor audits their own change", BREAKER,
        "some(both(v.counts, named(v.person, case.policy.auditors)) for",
        "some(named(v.person, case.policy.auditors) for",
        "an_auditor_does_not_audit_their_own_change",
    ),
    Mutant(
        "anybody is an auditor", BREAKER,
        "some(both(v.counts, named(v.person, case.policy.auditors)) for", "some(v.counts for",
        "an_audit_needs_an_auditor",
    ),
    Mutant(
        "unknown approvals hold no audit", BREAKER,
        "    if case.facts.approvals is None:\n        return None\n", "",
        "an_audit_perhaps_is_undecided",
    ),
    Mutant(
        "an unknown environment is another one", JUDGE,
        'return None if change.kind == "deployment" else False', "return False",
        "where_the_environment_of_a_deployment_is_unknown_nothing_can_be_told",
    ),
    Mutant(
        "a gate that may apply does", JUDGE,
        "    if concerned or all(", "    if concerned is None or all(",
        "a_gate_that_may_apply_is_undecided_at_worst",
    ),
    Mutant(
        "categories are not filtered", JUDGE,
        "(gate.categories, case.categories)", "(None, case.categories)",
        "a_gate_that_does_not_apply_says_nothing",
    ),
)  # fmt: skip
