-- +goose Up

-- The audit trail: append-only, hash-chained, sealed. Times are UTC epoch milliseconds; 0 stands for "not".

ALTER TABLE audit_entries RENAME TO audit_unchained; -- 'assent migrate' chains what is in it, and drops it

CREATE TABLE audit_entries (
    seq           INTEGER PRIMARY KEY,
    at            INTEGER NOT NULL,
    actor         TEXT   NOT NULL,
    action        TEXT   NOT NULL, -- such as "read case"
    object        TEXT   NOT NULL, -- such as "case:12": numbers, never names
    subscriber_id INTEGER NOT NULL,
    facts         TEXT   NOT NULL, -- JSON: counts, names of fields, declarations; nothing personal
    key_id        INTEGER NOT NULL,
    sealed        BLOB  NOT NULL, -- JSON: the reason, the values before and after; encrypted under key_id
    prev          BLOB  NOT NULL,
    hash          BLOB  NOT NULL
) STRICT;
CREATE INDEX audit_entries_by_person ON audit_entries (subscriber_id, seq) WHERE subscriber_id <> 0;
CREATE INDEX audit_entries_by_actor ON audit_entries (actor, seq);
CREATE INDEX audit_entries_by_action ON audit_entries (action, seq);
CREATE INDEX audit_entries_by_key ON audit_entries (key_id, seq) WHERE key_id <> 0;
CREATE INDEX audit_entries_by_time ON audit_entries (at);

-- Both ends of the trail, sealed with a key that is not in the database. One row.
CREATE TABLE audit_head (
    id         INTEGER PRIMARY KEY CHECK (id = 1),
    seq        INTEGER NOT NULL,
    hash       BLOB  NOT NULL,
    since_seq  INTEGER NOT NULL, -- the last entry that was trimmed
    since_hash BLOB  NOT NULL,
    seal       BLOB  NOT NULL
) STRICT;

-- One key for each person, case or message that entries are about, wrapped with a key that is not in the database. Erasure empties it.
CREATE TABLE audit_keys (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    subject      TEXT   NOT NULL, -- such as "subscriber:12"
    wrapped      BLOB  NOT NULL,
    created_at   INTEGER NOT NULL,
    destroyed_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX audit_keys_live ON audit_keys (subject) WHERE destroyed_at = 0;

-- How far the two chains had come, sealed from time to time. They stay when entries are trimmed.
CREATE TABLE seals (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    at          INTEGER NOT NULL,
    ledger_seq  INTEGER NOT NULL,
    ledger_hash BLOB  NOT NULL,
    audit_seq   INTEGER NOT NULL,
    audit_hash  BLOB  NOT NULL,
    seal        BLOB  NOT NULL
) STRICT;
