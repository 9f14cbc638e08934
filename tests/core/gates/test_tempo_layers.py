"""Tempo layers: fast and slow do not travel together."""

from fitgate.core.gates.tempo_layers import tempo_layers
from fitgate.core.policy import Layer, TempoLayers
from tests.builders import a_case, facts_of, outcomes

GATE = TempoLayers(type="tempo-layers")


def judged(*layers: Layer) -> dict[str, str]:
    return outcomes(tempo_layers(GATE, a_case(layers=layers)))


def test_fast_and_slow_in_one_change_is_held() -> None:
    assert judged("fast", "slow") == {"layers-mixed": "HOLD"}
    assert judged("fast", "medium", "slow") == {"layers-mixed": "HOLD"}


def test_neighbouring_layers_may_travel_together() -> None:
    assert judged("fast", "medium") == {"layers-apart": "ALLOW"}
    assert judged("medium", "slow") == {"layers-apart": "ALLOW"}


def test_where_the_files_are_unknown_so_are_the_layers() -> None:
    case = a_case(facts_of(files=None), layers=())
    assert outcomes(tempo_layers(GATE, case)) == {"layers-unknown": "UNDECIDED"}


def test_a_policy_may_allow_the_mixture() -> None:
    gate = TempoLayers(type="tempo-layers", mixed="allow")
    assert tempo_layers(gate, a_case(layers=("fast", "slow"))) == ()
