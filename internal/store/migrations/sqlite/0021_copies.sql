-- +goose Up

-- Exports and show-me packs that were made as files (E2-47): a file is destroyed when its time is over, and its record stays.
CREATE TABLE copies (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    kind        TEXT NOT NULL, -- export or pack
    what        TEXT NOT NULL, -- of an export
    format      TEXT NOT NULL,
    list        TEXT NOT NULL, -- slug
    campaign_id INTEGER NOT NULL,
    spreadsheet INTEGER NOT NULL,
    address     TEXT NOT NULL, -- of a pack
    address_key BLOB NOT NULL,
    person_id   INTEGER NOT NULL,
    why         TEXT NOT NULL,
    actor       TEXT NOT NULL,
    state       TEXT NOT NULL, -- making, ready, failed or gone
    asked_at    INTEGER NOT NULL,
    ready_at    INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    gone_at     INTEGER NOT NULL,
    gone_why    TEXT NOT NULL,
    trouble     TEXT NOT NULL,
    row_count   INTEGER NOT NULL,
    size        INTEGER NOT NULL,
    digest      TEXT NOT NULL, -- SHA-256 of the file
    fetched     INTEGER NOT NULL    -- how often it was handed out
) STRICT;
CREATE INDEX copies_by_end ON copies (state, expires_at);
CREATE INDEX copies_by_key ON copies (address_key);

CREATE TABLE copy_pieces (
    copy_id INTEGER NOT NULL REFERENCES copies (id),
    number  INTEGER NOT NULL,
    data    BLOB NOT NULL,
    PRIMARY KEY (copy_id, number)
) STRICT;

-- A notice run can be paused: no letter of it starts until it is resumed. round counts how often it was.
ALTER TABLE notice_runs ADD COLUMN paused_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notice_runs ADD COLUMN paused_by TEXT NOT NULL DEFAULT '';
ALTER TABLE notice_runs ADD COLUMN round INTEGER NOT NULL DEFAULT 0;
