"""The sync server: one ledger for everyone, thin HTTP over a store."""
