"""Where ledgers are kept: one schema and one set of queries on SQLite and PostgreSQL."""
