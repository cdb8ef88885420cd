-- +goose Up

-- What people change themselves, on the page behind the link in their mail. Times are UTC epoch milliseconds; 0 stands for "not".

-- Attributes that a person may correct (E0-16).
ALTER TABLE attributes ADD COLUMN self_service INTEGER NOT NULL DEFAULT 0;

-- What ends with a withdrawal, told after it (E4-29).
CREATE TABLE purpose_consequences (
    purpose_id INTEGER PRIMARY KEY REFERENCES purposes (id),
    words      TEXT    NOT NULL
) STRICT;

-- A visit is one look at what is private about a person, by a link that was mailed to them and opens once.
CREATE TABLE visits (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    subscriber_id INTEGER NOT NULL REFERENCES subscribers (id),
    programme_id  INTEGER NOT NULL,
    language      TEXT    NOT NULL,
    asked_at      INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    opened_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX visits_by_subscriber ON visits (subscriber_id, asked_at);

-- A change of address, until both mailboxes agreed to it. The new address is emptied when it is closed.
CREATE TABLE moves (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    subscriber_id INTEGER NOT NULL REFERENCES subscribers (id),
    new_key       BLOB    NOT NULL,
    new_address   TEXT    NOT NULL,
    programme_id  INTEGER NOT NULL,
    language      TEXT    NOT NULL,
    actor         TEXT    NOT NULL,
    since_seq     INTEGER NOT NULL, -- a withdrawal after this place in the ledger makes it void
    asked_at      INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    old_at        INTEGER NOT NULL, -- when the old mailbox agreed
    new_at        INTEGER NOT NULL, -- when the new one did
    closed_at     INTEGER NOT NULL,
    outcome       TEXT    NOT NULL  -- '' while open, then done, void, refused or expired
) STRICT;
CREATE INDEX moves_by_subscriber ON moves (subscriber_id, asked_at);
CREATE INDEX moves_by_new_key ON moves (new_key, asked_at);

-- Why people leave, told after the fact and kept apart from them: counts, and words by month only.
CREATE TABLE leaving_reasons (
    programme_id INTEGER NOT NULL REFERENCES programmes (id),
    list_id      INTEGER NOT NULL, -- 0 for all of the programme
    month        TEXT    NOT NULL, -- as 2026-11
    reason       TEXT    NOT NULL,
    people       INTEGER NOT NULL,
    PRIMARY KEY (programme_id, list_id, month, reason)
) STRICT;

CREATE TABLE leaving_remarks (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    programme_id INTEGER NOT NULL REFERENCES programmes (id),
    list_id      INTEGER NOT NULL,
    month        TEXT    NOT NULL,
    words        TEXT    NOT NULL
) STRICT;
CREATE INDEX leaving_remarks_by_programme ON leaving_remarks (programme_id, id);
