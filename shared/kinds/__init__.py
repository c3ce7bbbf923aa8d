"""Every family of operations: one module each. A new family is a new module here and its name in `families.FAMILIES`; nothing else changes."""
