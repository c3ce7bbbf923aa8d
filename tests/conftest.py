"""What every test shares: property tests try the same examples every time, without a clock and without leaving files behind."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("paicha", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("paicha")
