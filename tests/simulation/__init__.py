"""Deterministic simulation: the real server and the real client, a bad network, broken clocks, crashes. See `history` and `invariants`."""
