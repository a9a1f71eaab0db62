"""How long random stories are told: as long as CI can afford, or as long as `make prove` says."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

#: How many times as many stories as in CI, each drawn afresh and so never the same twice.
TIMES = int(os.environ.get("DUTYDESK_PROVE", "0"))
_PHASES = [Phase.explicit, Phase.generate, Phase.shrink]   # explaining a failure is too slow
_PATIENT = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def examples(count: int, *, steps: int = 50) -> settings:
    """So many stories of so many steps: the same ones every time in CI, fresh ones when proving."""
    return settings(max_examples=count * max(TIMES, 1), stateful_step_count=steps, deadline=None,
                    derandomize=not TIMES, print_blob=True, phases=_PHASES, suppress_health_check=_PATIENT)
