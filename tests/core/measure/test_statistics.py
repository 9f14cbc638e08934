"""Statistics: values that others published, and Kaplan-Meier as lifelines has it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fitgate.core.measure.statistics import (
    gaps,
    incomplete_beta,
    mean_interval,
    mean_of_gaps,
    median_interval,
    median_ranks,
    poisson,
    quantile,
    student,
    survival,
    survival_median,
    wilson,
)

ages = st.lists(st.integers(0, 40).map(float), max_size=30)


def test_a_quantile_is_linear_between_the_two_next_numbers() -> None:
    numbers = [6.0, 18.0, 36.0, 48.0]
    assert quantile(numbers, 0.5) == 27
    assert quantile(numbers, 0.9) == pytest.approx(44.4)
    assert (quantile(numbers, 0), quantile(numbers, 1), quantile([7.0], 0.99)) == (6, 48, 7)


@pytest.mark.parametrize(
    ("n", "ranks"), [(5, None), (6, (0, 5)), (10, (1, 8)), (25, (7, 17)), (100, (39, 60))]
)
def test_a_median_lies_between_the_published_ranks(n: int, ranks: tuple[int, int] | None) -> None:
    """As tables of distribution-free intervals have them, counted from 0."""
    assert median_ranks(n) == ranks
    numbers = [*map(float, range(n))]
    assert median_interval(numbers) == (ranks and (float(ranks[0]), float(ranks[1])))


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(1, 2, 0.0945, 0.9055), (0, 10, 0.0, 0.2775), (81, 263, 0.2553, 0.3662)],
)
def test_a_share_has_wilsons_interval(hits: int, n: int, low: float, high: float) -> None:
    """81 of 263: Newcombe (1998), Statistics in Medicine 17, table I."""
    assert wilson(hits, n) == pytest.approx((low, high), abs=1e-4)
    assert wilson(0, 0) is None


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (10, 4.7954, 18.3904), (100, 81.364, 121.627)],
)
def test_a_count_has_the_exact_interval(count: int, low: float, high: float) -> None:
    """Garwood's limits, as they are tabulated."""
    assert poisson(count) == pytest.approx((low, high), abs=1e-3)


def test_byars_interval_goes_on_where_the_exact_one_ends() -> None:
    exact, byar = poisson(100), poisson(101)
    assert byar == pytest.approx((exact[0] + 0.9, exact[1] + 1.1), abs=0.05)


@pytest.mark.parametrize(("freedom", "t"), [(1, 12.706), (4, 2.776), (30, 2.042), (10**6, 1.960)])
def test_students_quantiles_are_those_of_the_tables(freedom: int, t: float) -> None:
    assert student(freedom) == pytest.approx(t, abs=1e-3)


def test_a_mean_and_a_mean_gap_have_intervals() -> None:
    assert mean_interval([1.0, 2.0, 3.0]) == pytest.approx((-0.4841, 4.4841), abs=1e-4)
    assert mean_interval([1.0]) is None
    # 2 x 100 / chi-squared quantiles of 20 degrees of freedom: 34.170 and 9.591
    assert mean_of_gaps(100, 10) == pytest.approx((5.853, 20.853), abs=1e-3)
    assert mean_of_gaps(0, 4) is None
    assert gaps([1.0, 4.0, 9.0]) == [3.0, 5.0]


@given(st.integers(1, 60), st.integers(1, 60))
def test_tails_of_a_binomial_are_incomplete_betas(n: int, k: int) -> None:
    k = min(k, n)
    at_least = sum(math.comb(n, i) for i in range(k, n + 1)) / 2**n
    assert incomplete_beta(k, n - k + 1, 0.5) == pytest.approx(at_least, rel=1e-9)


@pytest.mark.filterwarnings("ignore")  # theirs, of their own dependencies
@settings(deadline=None)
@given(ages, ages)
def test_survival_is_what_lifelines_says(ended: list[float], going: list[float]) -> None:
    from lifelines import KaplanMeierFitter  # noqa: PLC0415 - two seconds that other tests spare

    if not ended:
        assert survival_median(ended, going) is None
        return
    theirs = KaplanMeierFitter().fit(ended + going, [1] * len(ended) + [0] * len(going))
    curve = dict(survival(ended, going))
    assert [*curve] == sorted(set(ended))
    assert [*curve.values()] == pytest.approx([*theirs.survival_function_at_times([*curve])])
    if all(abs(left - 0.5) > 1e-6 for left in curve.values()):  # theirs is off there by rounding
        median = survival_median(ended, going)
        assert (math.inf if median is None else median) == theirs.median_survival_time_


def test_half_of_them_is_half_however_it_is_multiplied() -> None:
    assert survival_median([1, 2, 3, 4], []) == 2
    assert survival_median([-3, -1], [5, 5]) == -1
    assert survival_median([1], [2, 3]) is None
    assert [left for _, left in survival([*map(float, range(49))], [])][-1] == 0
