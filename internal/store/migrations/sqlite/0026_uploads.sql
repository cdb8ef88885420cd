-- +goose Up

-- Files of people that were handed over to be imported, from their arrival to the day on which nothing of them is left but this record.
CREATE TABLE uploads (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    list_id     INTEGER NOT NULL REFERENCES lists (id),
    file_name   TEXT NOT NULL,
    format      TEXT NOT NULL,    -- csv, jsonl, listmonk or mailchimp
    encoding    TEXT NOT NULL,
    actor       TEXT NOT NULL,    -- who handed it over
    started_by  TEXT NOT NULL,    -- who said that it be imported
    state       TEXT NOT NULL,    -- arriving, waiting, checking, checked, importing, done, stopped, failed or gone
    round       INTEGER NOT NULL, -- how often it was set going
    size        INTEGER NOT NULL,
    lines       INTEGER NOT NULL,
    line        INTEGER NOT NULL, -- up to which the work has come
    digest      TEXT NOT NULL,    -- SHA-256 of the file
    rows_done   INTEGER NOT NULL, -- this and the next seven: what the dry run counted
    granted     INTEGER NOT NULL,
    unchanged   INTEGER NOT NULL,
    duplicates  INTEGER NOT NULL,
    quarantined INTEGER NOT NULL,
    refused     INTEGER NOT NULL,
    barred      INTEGER NOT NULL,
    invalid     INTEGER NOT NULL,
    import_id   INTEGER NOT NULL, -- 0 before there is one
    trouble     TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    started_at  INTEGER NOT NULL,
    ended_at    INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    gone_at     INTEGER NOT NULL, -- when the last of the file was destroyed
    gone_why    TEXT NOT NULL,
    claimed_by  TEXT NOT NULL,
    lease_until INTEGER NOT NULL
) STRICT;
CREATE INDEX uploads_by_end ON uploads (gone_at, expires_at);
CREATE INDEX uploads_by_file ON uploads (list_id, digest);

-- The file itself, and under the number -1 what its columns are called and taken for.
CREATE TABLE upload_pieces (
    upload_id INTEGER NOT NULL REFERENCES uploads (id),
    number    INTEGER NOT NULL,
    data      BLOB NOT NULL,
    PRIMARY KEY (upload_id, number)
) STRICT;

-- The rows that were not taken, as lines of a CSV file.
CREATE TABLE upload_rejects (
    upload_id INTEGER NOT NULL REFERENCES uploads (id),
    at        INTEGER NOT NULL, -- of the first octet
    data      BLOB NOT NULL,
    PRIMARY KEY (upload_id, at)
) STRICT;
