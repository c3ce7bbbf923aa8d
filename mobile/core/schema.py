"""The tables of an enrolment's database, as migrations: append only. What an older app has left is brought up to date when it is opened."""

from __future__ import annotations

import sqlite3

import sqlite_utils
from sqlite_utils.migrations import Migrations

migrations = Migrations("paicha.device")


def prepare(connection: sqlite3.Connection) -> None:
    """Apply what was not applied yet."""
    migrations.apply(sqlite_utils.Database(connection))


@migrations()
def first_schema(db: sqlite_utils.Database) -> None:
    """Everything of the first version."""
    for statement in _FIRST.split(";\n"):
        if statement.strip():
            db.execute(statement)


@migrations()
def lists_by_state(db: sqlite_utils.Database) -> None:
    """What is listed by its state and place is read from an index, not from the records."""
    db.execute("CREATE INDEX records_state ON records (kind, state, enterprise, person, section, level, at)")


@migrations()
def photos_of_others(db: sqlite_utils.Database) -> None:
    """Small pictures that were fetched, what went into a file to carry by hand, originals that were cleaned away."""
    for statement in _PHOTOS_OF_OTHERS.split(";\n"):
        if statement.strip():
            db.execute(statement)


_FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE operations (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL, raw BLOB NOT NULL, digest TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, at INTEGER NOT NULL,
    state TEXT NOT NULL, no INTEGER NOT NULL DEFAULT 0, code TEXT NOT NULL DEFAULT '', other INTEGER NOT NULL DEFAULT 0,
    received_at INTEGER NOT NULL DEFAULT 0, flags TEXT NOT NULL DEFAULT '', overlaid INTEGER NOT NULL DEFAULT 1, settled INTEGER NOT NULL DEFAULT 0);
CREATE INDEX operations_overlaid ON operations (n) WHERE overlaid;
CREATE INDEX operations_state ON operations (state, n);
CREATE INDEX operations_subject ON operations (subject, n);
CREATE TABLE former_operations (
    device TEXT NOT NULL, n INTEGER NOT NULL, raw BLOB NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, at INTEGER NOT NULL, state TEXT NOT NULL,
    no INTEGER NOT NULL, code TEXT NOT NULL, settled INTEGER NOT NULL, PRIMARY KEY (device, n));
CREATE TABLE records (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, no INTEGER NOT NULL, base TEXT, shown TEXT, title TEXT NOT NULL, number TEXT NOT NULL,
    state TEXT NOT NULL, level TEXT NOT NULL, enterprise TEXT NOT NULL, community TEXT NOT NULL, section TEXT NOT NULL, person TEXT NOT NULL,
    at INTEGER NOT NULL, search TEXT NOT NULL);
CREATE INDEX records_list ON records (kind, at);
CREATE INDEX records_of_enterprise ON records (enterprise, kind);
CREATE INDEX records_shown ON records (id) WHERE shown IS NOT NULL;
CREATE TABLE members (record TEXT NOT NULL, scope TEXT NOT NULL, PRIMARY KEY (record, scope)) WITHOUT ROWID;
CREATE INDEX members_scope ON members (scope);
CREATE TABLE cursors (scope TEXT PRIMARY KEY, no INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE scratch (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE photos (
    sha256 TEXT PRIMARY KEY, path TEXT NOT NULL, thumb TEXT NOT NULL, size INTEGER NOT NULL, media_type TEXT NOT NULL, record TEXT NOT NULL,
    created_at INTEGER NOT NULL, state TEXT NOT NULL, url TEXT NOT NULL DEFAULT '', sent INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0,
    next_try INTEGER NOT NULL DEFAULT 0, code TEXT NOT NULL DEFAULT '');
"""
_PHOTOS_OF_OTHERS = """
ALTER TABLE photos ADD COLUMN bundled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE photos ADD COLUMN cleaned INTEGER NOT NULL DEFAULT 0;
CREATE TABLE fetched (
    sha256 TEXT PRIMARY KEY, state TEXT NOT NULL, urgency INTEGER NOT NULL, file TEXT NOT NULL DEFAULT '', size INTEGER NOT NULL DEFAULT 0,
    looked_at INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, next_try INTEGER NOT NULL DEFAULT 0);
CREATE INDEX fetched_wanted ON fetched (urgency, looked_at) WHERE state = 'wanted';
"""
