-- +goose Up

-- What is on record about a breach (Article 33(5)), in versions. It names nobody. Times are UTC epoch milliseconds, days are UK dates.
CREATE TABLE breach_records (
    case_id  INTEGER NOT NULL REFERENCES cases (id),
    version  INTEGER NOT NULL, -- from 1
    content  TEXT    NOT NULL, -- JSON
    actor    TEXT    NOT NULL,
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (case_id, version)
) STRICT;

-- The papers of a breach with the hashes that they had when they were listed.
CREATE TABLE evidence (
    case_id   INTEGER NOT NULL REFERENCES cases (id),
    sort      TEXT    NOT NULL, -- file or message
    item_id   INTEGER NOT NULL,
    digest    TEXT    NOT NULL, -- SHA-256, in hex
    listed_at INTEGER NOT NULL,
    actor     TEXT    NOT NULL,
    PRIMARY KEY (case_id, sort, item_id)
) STRICT;

-- A case of a breach without a row here is frozen: nothing of it is erased or disposed of.
CREATE TABLE evidence_releases (
    case_id     INTEGER PRIMARY KEY REFERENCES cases (id),
    actor       TEXT    NOT NULL,
    why         TEXT    NOT NULL,
    released_at INTEGER NOT NULL
) STRICT;

-- Requests of third parties for somebody's data, and what they were given.
CREATE TABLE third_party_requests (
    case_id       INTEGER PRIMARY KEY REFERENCES cases (id),
    programme_id  INTEGER NOT NULL,
    subscriber_id INTEGER NOT NULL, -- whose data it is; 0 where they are not on record
    organisation  TEXT    NOT NULL,
    officer       TEXT    NOT NULL,
    their_ref     TEXT    NOT NULL,
    gateway       TEXT    NOT NULL, -- the law that it rests on; '' while none is named
    gateway_words TEXT    NOT NULL,
    form_file_id  INTEGER NOT NULL, -- the formal written request
    wanted        TEXT    NOT NULL,
    disclosed     TEXT    NOT NULL, -- '' for nothing
    disclosed_on  TEXT    NOT NULL,
    means         TEXT    NOT NULL,
    told          TEXT    NOT NULL,
    told_why      TEXT    NOT NULL,
    actor         TEXT    NOT NULL,
    changed_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX third_party_requests_by_subscriber ON third_party_requests (subscriber_id) WHERE subscriber_id <> 0;
CREATE INDEX cases_by_receipt ON cases (received_at);
