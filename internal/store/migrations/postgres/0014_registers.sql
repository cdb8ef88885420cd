-- +goose Up

-- What is on record about a breach (Article 33(5)), in versions. It names nobody. Times are UTC epoch milliseconds, days are UK dates.
CREATE TABLE breach_records (
    case_id  BIGINT NOT NULL REFERENCES cases (id),
    version  BIGINT NOT NULL, -- from 1
    content  TEXT    NOT NULL, -- JSON
    actor    TEXT    NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (case_id, version)
);

-- The papers of a breach with the hashes that they had when they were listed.
CREATE TABLE evidence (
    case_id   BIGINT NOT NULL REFERENCES cases (id),
    sort      TEXT    NOT NULL, -- file or message
    item_id   BIGINT NOT NULL,
    digest    TEXT    NOT NULL, -- SHA-256, in hex
    listed_at BIGINT NOT NULL,
    actor     TEXT    NOT NULL,
    PRIMARY KEY (case_id, sort, item_id)
);

-- A case of a breach without a row here is frozen: nothing of it is erased or disposed of.
CREATE TABLE evidence_releases (
    case_id     BIGINT PRIMARY KEY REFERENCES cases (id),
    actor       TEXT    NOT NULL,
    why         TEXT    NOT NULL,
    released_at BIGINT NOT NULL
);

-- Requests of third parties for somebody's data, and what they were given.
CREATE TABLE third_party_requests (
    case_id       BIGINT PRIMARY KEY REFERENCES cases (id),
    programme_id  BIGINT NOT NULL,
    subscriber_id BIGINT NOT NULL, -- whose data it is; 0 where they are not on record
    organisation  TEXT    NOT NULL,
    officer       TEXT    NOT NULL,
    their_ref     TEXT    NOT NULL,
    gateway       TEXT    NOT NULL, -- the law that it rests on; '' while none is named
    gateway_words TEXT    NOT NULL,
    form_file_id  BIGINT NOT NULL, -- the formal written request
    wanted        TEXT    NOT NULL,
    disclosed     TEXT    NOT NULL, -- '' for nothing
    disclosed_on  TEXT    NOT NULL,
    means         TEXT    NOT NULL,
    told          TEXT    NOT NULL,
    told_why      TEXT    NOT NULL,
    actor         TEXT    NOT NULL,
    changed_at    BIGINT NOT NULL
);
CREATE INDEX third_party_requests_by_subscriber ON third_party_requests (subscriber_id) WHERE subscriber_id <> 0;
CREATE INDEX cases_by_receipt ON cases (received_at);
