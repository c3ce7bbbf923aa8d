"""The rules of Paicha: what may happen and what it means. Standard library only, no clock, no I/O."""
