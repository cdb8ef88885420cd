-- +goose Up

-- How long data is kept, what keeps it longer, and what is left when it is gone. Times are UTC epoch milliseconds; 0 stands for "not".

-- Keys of the house, wrapped by the secret, so that another secret does not change them. "address" keys the hash of an address.
CREATE TABLE keyring (
    name       TEXT    PRIMARY KEY,
    wrapped    BLOB    NOT NULL,
    made_at    INTEGER NOT NULL,
    wrapped_at INTEGER NOT NULL
) STRICT;

-- What the journal outside the database holds as well, found without reading the whole ledger.
CREATE INDEX consent_events_journalled ON consent_events (seq) WHERE kind IN ('withdrawn', 'suppressed', 'erased', 'restricted', 'released', 'paused', 'profiling refused', 'profiling allowed');

-- The ledger knows an address that is a variant of another, such as ann+news@ and ann@: only where folding is on.
CREATE TABLE address_variants (
    address_key BLOB PRIMARY KEY,
    folded_key  BLOB NOT NULL
) STRICT;
CREATE INDEX address_variants_by_folded ON address_variants (folded_key);

-- Erasures: asked for, waiting for the letter that tells the person, and done.
CREATE TABLE erasures (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    subscriber_id INTEGER NOT NULL,
    ground        TEXT    NOT NULL,
    state         TEXT    NOT NULL, -- telling, done or refused
    asked_by      TEXT    NOT NULL,
    asked_at      INTEGER NOT NULL,
    untold        TEXT    NOT NULL, -- why the person was not told first; '' when they were
    letter_id     INTEGER NOT NULL,
    event_seq     INTEGER NOT NULL,
    done_at       INTEGER NOT NULL,
    emptied       TEXT    NOT NULL, -- JSON: rows emptied, by table
    trouble       TEXT    NOT NULL  -- why it was refused
) STRICT;
CREATE INDEX erasures_by_subscriber ON erasures (subscriber_id);

-- Holds placed by hand. An open access case holds by itself.
CREATE TABLE holds (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    subscriber_id INTEGER NOT NULL,
    kind          TEXT    NOT NULL, -- such as legal
    reason        TEXT    NOT NULL,
    placed_by     TEXT    NOT NULL,
    placed_at     INTEGER NOT NULL,
    lifted_by     TEXT    NOT NULL,
    lifted_at     INTEGER NOT NULL,
    lifted_why    TEXT    NOT NULL
) STRICT;
CREATE INDEX holds_in_force ON holds (subscriber_id) WHERE lifted_at = 0;

-- Which received messages are about which address, so that an erasure finds them.
CREATE TABLE inbound_people (
    inbound_id  INTEGER NOT NULL REFERENCES inbound_messages (id),
    address_key BLOB    NOT NULL,
    role        TEXT    NOT NULL, -- writer, or named
    PRIMARY KEY (address_key, inbound_id)
) STRICT;
CREATE INDEX inbound_people_by_message ON inbound_people (inbound_id);

-- Retention.

ALTER TABLE attributes ADD COLUMN category TEXT NOT NULL DEFAULT 'profile';

CREATE TABLE retention_rules (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    programme_id INTEGER NOT NULL, -- 0 for a rule of the whole house
    name         TEXT    NOT NULL,
    what         TEXT    NOT NULL, -- what it disposes of
    since        TEXT    NOT NULL, -- what the time counts from
    length       INTEGER NOT NULL,
    unit         TEXT    NOT NULL, -- days, months or years
    action       TEXT    NOT NULL, -- thin, anonymise or delete
    categories   TEXT    NOT NULL, -- JSON array: what thinning takes away
    review       INTEGER NOT NULL, -- 1: a person approves first
    reason       TEXT    NOT NULL,
    created_by   TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    ended_by     TEXT    NOT NULL,
    ended_at     INTEGER NOT NULL
) STRICT;

-- What is due, until it is disposed of: the review queue, and afterwards what became of it.
CREATE TABLE disposals (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    rule_id        INTEGER NOT NULL REFERENCES retention_rules (id),
    subscriber_id  INTEGER NOT NULL, -- 0 where it is about nobody on record
    object_id      INTEGER NOT NULL, -- the row that is due
    due_at         INTEGER NOT NULL,
    found_at       INTEGER NOT NULL,
    state          TEXT    NOT NULL, -- waiting, approved, delayed, held, done or void
    not_before     INTEGER NOT NULL,
    decided_by     TEXT    NOT NULL,
    decided_at     INTEGER NOT NULL,
    why            TEXT    NOT NULL,
    certificate_id INTEGER NOT NULL,
    UNIQUE (rule_id, object_id, due_at)
) STRICT;
CREATE INDEX disposals_open ON disposals (id) WHERE state IN ('waiting', 'approved', 'delayed', 'held');

-- Records of destruction, for ever. They name nobody.
CREATE TABLE certificates (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    at           INTEGER NOT NULL,
    rule_id      INTEGER NOT NULL,
    programme_id INTEGER NOT NULL,
    what         TEXT    NOT NULL,
    action       TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    objects      INTEGER NOT NULL,
    emptied      TEXT    NOT NULL, -- JSON: rows emptied, by table
    approved_by  TEXT    NOT NULL,
    oldest_due   INTEGER NOT NULL,
    newest_due   INTEGER NOT NULL,
    digest       TEXT    NOT NULL  -- SHA-256, in hex, of the numbers of what was disposed of
) STRICT;

-- What is left of people who were made anonymous: how many had which value of an attribute. It knows no person.
CREATE TABLE anonymous_counts (
    programme TEXT   NOT NULL, -- slug
    attribute TEXT   NOT NULL,
    value     TEXT   NOT NULL,
    joined    TEXT   NOT NULL, -- year
    people    INTEGER NOT NULL,
    PRIMARY KEY (programme, attribute, value, joined)
) STRICT;
