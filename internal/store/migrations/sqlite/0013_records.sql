-- +goose Up

-- Carrying out what changes a person's record, and telling those who were given it. Times are UTC epoch milliseconds, days are UK dates; 0 and '' stand for "not".

-- The journal outside the database has objections to marketing as well; and a purpose that is declared later is kept from whoever objected.
DROP INDEX consent_events_journalled;
CREATE INDEX consent_events_journalled ON consent_events (seq) WHERE kind IN ('withdrawn', 'suppressed', 'erased', 'restricted', 'released', 'paused', 'profiling refused', 'profiling allowed', 'objected to marketing');
CREATE INDEX consent_events_objections ON consent_events (address_key) WHERE kind = 'objected to marketing';
UPDATE suppressions SET reason = 'objection' WHERE event_seq IN (SELECT seq FROM consent_events WHERE kind = 'withdrawn' AND reason = 'objection');

ALTER TABLE recipients ADD COLUMN address TEXT NOT NULL DEFAULT ''; -- where it is told of corrections and erasures
ALTER TABLE recipients ADD COLUMN language TEXT NOT NULL DEFAULT 'en';
ALTER TABLE recipients ADD COLUMN keeps_none INTEGER NOT NULL DEFAULT 0; -- 1: it keeps no copy, so it need not be told

-- What was given to whom, besides what each recipient of a programme gets all the time.
CREATE TABLE disclosures (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    programme_id INTEGER NOT NULL,
    recipient_id INTEGER NOT NULL, -- 0 for somebody who is not declared as a recipient
    name         TEXT    NOT NULL,
    address      TEXT    NOT NULL, -- where it is told; '' where it is told otherwise
    what         TEXT    NOT NULL, -- such as "name and address"
    why          TEXT    NOT NULL,
    how          TEXT    NOT NULL, -- export, staff or case
    case_id      INTEGER NOT NULL,
    actor        TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    recorded_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE disclosure_people (
    subscriber_id INTEGER NOT NULL,
    disclosure_id INTEGER NOT NULL REFERENCES disclosures (id),
    PRIMARY KEY (subscriber_id, disclosure_id)
) STRICT;
CREATE INDEX disclosure_people_by_disclosure ON disclosure_people (disclosure_id);

-- Each recipient is told of a rectification, an erasure or a restriction, and answers (Article 19).
CREATE TABLE recipient_notices (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    programme_id  INTEGER NOT NULL,
    recipient_id  INTEGER NOT NULL,
    name          TEXT    NOT NULL,
    address       TEXT    NOT NULL,
    language      TEXT    NOT NULL,
    change        TEXT    NOT NULL, -- rectification, erasure, restriction or release
    case_id       INTEGER NOT NULL,
    subscriber_id INTEGER NOT NULL, -- 0 where it is about several people
    people        INTEGER NOT NULL,
    whom          BLOB    NOT NULL, -- encrypted: what the recipient finds them by; empty once it is closed
    state         TEXT    NOT NULL, -- open, answered or superseded
    answer        TEXT    NOT NULL, -- done, impossible or disproportionate
    words         TEXT    NOT NULL,
    answered_by   TEXT    NOT NULL, -- recipient, or an operator
    answered_at   INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    letter_id     INTEGER NOT NULL, -- the last
    letters       INTEGER NOT NULL, -- how many were written
    told_at       INTEGER NOT NULL, -- when the first was
    next_on       TEXT    NOT NULL  -- when the next is due
) STRICT;
CREATE INDEX recipient_notices_open ON recipient_notices (next_on) WHERE state = 'open';
CREATE INDEX recipient_notices_by_case ON recipient_notices (case_id) WHERE case_id <> 0;
CREATE INDEX recipient_notices_by_subscriber ON recipient_notices (subscriber_id) WHERE subscriber_id <> 0;

ALTER TABLE erasures ADD COLUMN case_id INTEGER NOT NULL DEFAULT 0;
CREATE INDEX erasures_by_case ON erasures (case_id) WHERE case_id <> 0;

-- What somebody says is wrong, item by item, and what was decided of it (Article 16).
CREATE TABLE corrections (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id       INTEGER NOT NULL REFERENCES cases (id),
    subscriber_id INTEGER NOT NULL,
    field         TEXT    NOT NULL, -- name, language, address or attribute
    programme     TEXT    NOT NULL, -- slug, of an attribute
    attribute     TEXT    NOT NULL, -- its name
    before        TEXT    NOT NULL, -- JSON
    after         TEXT    NOT NULL, -- JSON
    decision      TEXT    NOT NULL, -- '' while nobody decided; correct, refuse or disputed
    words         TEXT    NOT NULL,
    decided_by    TEXT    NOT NULL,
    decided_at    INTEGER NOT NULL,
    done_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX corrections_by_case ON corrections (case_id);

-- Supplementary statements: what a person wants to stand beside their data (Article 16; E2-36, E3-13).
CREATE TABLE statements (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    subscriber_id INTEGER NOT NULL,
    case_id       INTEGER NOT NULL,
    words         TEXT    NOT NULL,
    actor         TEXT    NOT NULL,
    added_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX statements_by_subscriber ON statements (subscriber_id);

ALTER TABLE moves ADD COLUMN case_id INTEGER NOT NULL DEFAULT 0; -- of rectification, in which the change of address was asked for
