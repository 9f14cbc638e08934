"""Each mutant: a fault in words, where it is put, and the test that must notice it."""

from dataclasses import dataclass

PEOPLE = "core/people.py"
SLOW = "core/gates/slow_authority.py"
ROLLBACK = "core/gates/rollback_window.py"
VALIDATION = "core/gates/validation.py"
TEMPO = "core/gates/tempo_layers.py"
BREAKER = "core/gates/breaker.py"
BOUNDS = "core/gates/bounds.py"
JUDGE = "core/gates/__init__.py"
TESTS = {
    PEOPLE: "tests/core/test_people.py",
    SLOW: "tests/core/gates/test_slow_authority.py",
    ROLLBACK: "tests/core/gates/test_rollback_window.py",
    VALIDATION: "tests/core/gates/test_validation.py",
    TEMPO: "tests/core/gates/test_tempo_layers.py",
    BREAKER: "tests/core/gates/test_breaker.py",
    JUDGE: "tests/core/gates/test_judge.py",
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault: in `file` of the package, `before` becomes `after`; `test` must fail."""

    fault: str
    file: str
    before: str
    after: str
    test: str
    tests: str = ""

    @property
    def node(self) -> str:
        """The pytest node id of the test that must notice."""
        return f"{self.tests or TESTS[self.file]}::test_{self.test}"


MUTANTS = (
    Mutant(
        "the author may sign", PEOPLE,
        'identities.same(ref, author), "the author"', 'False, "the author"',
        "the_author_cannot_sign",
    ),
    Mutant(
        "a contributor may sign", PEOPLE,
        'yield helped, "a contributor"', 'yield False, "a contributor"',
        "who_contributed_cannot_sign",
    ),
    Mutant(
        "a bot may sign", PEOPLE,
        '{"bot": True, "human": False}', '{"bot": False, "human": False}',
        "a_bot_cannot_sign",
    ),
    Mutant(
        "who may be a bot counts as human", PEOPLE,
        ".get(facts.person(approval.by).kind)", ".get(facts.person(approval.by).kind, False)",
        "somebody_of_unknown_kind_may_be_a_bot",
    ),
    Mutant(
        "an unknown author is nobody", PEOPLE,
        "yield None if author is None else", "yield False if author is None else",
        "while_the_author_is_unknown_nobody_surely_counts",
    ),
    Mutant(
        "unknown contributors are none", PEOPLE,
        "helped = None if others is None", "helped = False if others is None",
        "while_the_contributors_are_unknown_nobody_surely_counts",
    ),
    Mutant(
        "a stale approval counts", PEOPLE,
        "else approval.digest != facts.change.digest", "else False",
        "an_approval_of_other_content_is_stale",
    ),
    Mutant(
        "a missing digest fits any content", PEOPLE,
        "yield None if unknown else", "yield False if unknown else",
        "an_approval_may_be_stale_while_a_digest_is_missing",
    ),
    Mutant(
        "a later approval counts", PEOPLE,
        "yield approval.at > facts.as_of", "yield False",
        "an_approval_counts_from_the_moment_it_is_given",
    ),
    Mutant(
        "an approval counts only after its moment", PEOPLE,
        "approval.at > facts.as_of", "approval.at >= facts.as_of",
        "an_approval_counts_from_the_moment_it_is_given",
    ),
    Mutant(
        "the map of people is not read", PEOPLE,
        "for names in (*entries, *map(", "for names in (*(), *map(",
        "the_map_makes_two_accounts_one_human",
    ),
    Mutant(
        "an unknown login is nobody of the map", PEOPLE,
        "return None if perhaps else False", "return False",
        "an_account_whose_login_is_unknown_may_be_anybody_of_the_map",
    ),
    Mutant(
        "a signer of unknown login is nobody else", PEOPLE,
        "yield None if identities.nameless(approval.by) else False", "yield False",
        "a_signer_whose_login_is_unknown_may_be_a_second_account",
    ),
    Mutant(
        "two accounts are two signers", PEOPLE,
        "facts.person(approval.by), identities.of(approval.by)",
        "facts.person(approval.by), approval.by",
        "two_accounts_of_one_human_make_one_signer_with_the_roles_of_both",
    ),
    Mutant(
        "unknown roles are all roles", PEOPLE,
        "None if person.roles is None else role", "True if person.roles is None else role",
        "unknown_roles_only_may_be_the_right_ones",
    ),
    Mutant(
        "unknown roles are none", PEOPLE,
        "None if person.roles is None else role", "False if person.roles is None else role",
        "unknown_roles_only_may_be_the_right_ones",
    ),
    Mutant(
        "the policy's list of users is not read", PEOPLE,
        "some((named(person, users), ", "some((False, ",
        "the_policy_names_people_whatever_the_case_of_their_login",
    ),
    Mutant(
        "logins differ by capitals", PEOPLE,
        "return person.login.casefold() in logins", "return person.login in logins",
        "the_policy_names_people_whatever_the_case_of_their_login",
    ),
    Mutant(
        "the sure reading counts what is unknown", PEOPLE,
        "return answer is True or (answer is None and not sure)", "return answer is not False",
        "unknown_roles_only_may_be_the_right_ones",
    ),
    Mutant(
        "seats are filled greedily", PEOPLE,
        "if signer.human not in seat_of or seat(seat_of[signer.human], asked):",
        "if signer.human not in seat_of:",
        "people_are_seated_so_that_as_many_seats_as_possible_are_filled",
    ),
    Mutant(
        "one person fills two seats", PEOPLE,
        "if signer.human not in seat_of or seat(seat_of[signer.human], asked):", "if True:",
        "one_person_has_one_seat",
    ),
    Mutant(
        "anybody fills any seat", PEOPLE,
        "if signer.human in asked or not signer.roles & seats[index]:", "if signer.human in asked:",
        "a_seat_stays_empty_while_nobody_has_its_role",
    ),
    Mutant(
        "a bot may override", PEOPLE,
        'if person.kind != "human" or not any', "if not any",
        "only_who_surely_has_the_role_may_override",
    ),
    Mutant(
        "whoever may have the role may override", PEOPLE,
        "any(holds(person, role, policy) for", "any(holds(person, role, policy) is not False for",
        "only_who_surely_has_the_role_may_override",
    ),
    Mutant(
        "the author settles that it is no IO", PEOPLE,
        'return override.settles != "not-io" or', "return True or",
        "an_author_may_break_the_glass_but_not_settle_that_there_is_none",
    ),
    Mutant(
        "a role is dropped", SLOW,
        "frozenset({role}) for role in gate.signatures)",
        "frozenset({role}) for role in gate.signatures[1:])",
        "one_person_with_two_roles_fills_one",
    ),
    Mutant(
        "unknown approvals are none", SLOW,
        "if facts.approvals is None or None not in match_roles", "if None not in match_roles",
        "unknown_approvals_are_not_no_approvals",
    ),
    Mutant(
        "whatever may count counts", SLOW,
        "surely = signers(said, gate.signatures, case.policy, sure=True)",
        "surely = signers(said, gate.signatures, case.policy, sure=False)",
        "unknown_roles_may_be_the_right_ones",
    ),
    Mutant(
        "a degrading breaker asks for no signature more", SLOW,
        "_Terms((*each, *any_of_them), ", "_Terms(each, ",
        "a_degrading_breaker_asks_for_one_more_distinct_signature",
    ),
    Mutant(
        "a degrading breaker leaves the cool-down", SLOW,
        "min(gate.cooldown, timedelta.max // 2) * 2", "gate.cooldown",
        "a_degrading_breaker_doubles_the_cooldown",
    ),
    Mutant(
        "a breaker on probation tightens the terms", SLOW,
        'if "open" in degrading:', 'if {*degrading} & {"open", "probation"}:',
        "a_breaker_that_is_not_open_or_does_not_degrade_asks_for_nothing_more",
    ),
    Mutant(
        "a breaker that nobody looked at degrades nothing", SLOW,
        'return None if "unknown" in degrading else True', "return True",
        "a_breaker_that_may_degrade_leaves_open_what_it_would_ask_for",
    ),
    Mutant(
        "unknown breakers are closed", SLOW,
        "    if states is None:\n        return None\n",
        "    if states is None:\n        return True\n",
        "unknown_breakers_may_ask_for_more",
    ),
    Mutant(
        "a restoration needs no signature", SLOW,
        "_Terms(any_of_them, timedelta(0))", "_Terms((), timedelta(0))",
        "a_restoration_needs_one_signature_and_no_cooldown",
    ),
    Mutant(
        "a restoration waits", SLOW,
        "_Terms(any_of_them, timedelta(0))", "_Terms(any_of_them, gate.cooldown)",
        "a_restoration_needs_one_signature_and_no_cooldown",
    ),
    Mutant(
        "what may be a restoration is one", SLOW,
        "if taken(restoration(case.facts), sure=sure):", "if restoration(case.facts) is not False:",
        "a_restoration_perhaps_is_undecided_where_it_matters",
    ),
    Mutant(
        "the cool-down is over a moment late", SLOW,
        "facts.as_of - since >= strict.cooldown:", "facts.as_of - since > strict.cooldown:",
        "a_cooldown_is_over_at_the_very_moment_it_ends",
    ),
    Mutant(
        "the cool-down runs from now", SLOW,
        "ends = _later(since, lenient.cooldown)", "ends = _later(facts.as_of, lenient.cooldown)",
        "a_cooldown_that_runs_tells_when_it_ends",
    ),
    Mutant(
        "there is no cool-down", SLOW,
        "        *_cooldown(gate, case, strict, lenient),\n", "",
        "a_change_with_both_signatures_a_rest_and_a_reason_is_allowed",
    ),
    Mutant(
        "an unread description has no rationale", SLOW,
        "elif change.body is None:", "elif False:",
        "a_rationale_may_stand_in_a_description_that_could_not_be_read",
    ),
    Mutant(
        "a placeholder is a rationale", BOUNDS,
        "if not is_placeholder(value)", "if value",
        "a_placeholder_is_no_rationale", TESTS[SLOW],
    ),
    Mutant(
        "what may have been accepted was", BOUNDS,
        "some(state.accepted for", "some(state.accepted is not False for",
        "a_restoration_perhaps_leaves_a_freeze_undecided", TESTS[BREAKER],
    ),
    Mutant(
        "unknown restorations are none", BOUNDS,
        "    if facts.change.restores is None:\n        return None\n",
        "    if facts.change.restores is None:\n        return False\n",
        "a_restoration_perhaps_leaves_a_freeze_undecided", TESTS[BREAKER],
    ),
)  # fmt: skip
