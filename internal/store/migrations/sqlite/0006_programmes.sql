-- +goose Up

-- What a programme, a purpose and a notice declare besides. Times are UTC epoch milliseconds; 0 stands for "not".

ALTER TABLE programmes ADD COLUMN ends_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE programmes ADD COLUMN guardian_age INTEGER NOT NULL DEFAULT 13; -- years; below it a parent or guardian agrees
ALTER TABLE programmes ADD COLUMN region_lock INTEGER NOT NULL DEFAULT 0; -- promises that no data leaves the United Kingdom
ALTER TABLE programmes ADD COLUMN house_clocks TEXT NOT NULL DEFAULT '[]'; -- JSON
ALTER TABLE programmes ADD COLUMN mailboxes TEXT NOT NULL DEFAULT '[]'; -- JSON
ALTER TABLE programmes ADD COLUMN statements TEXT NOT NULL DEFAULT '{}'; -- JSON: what its notice says beyond what is declared
ALTER TABLE programmes ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0;

ALTER TABLE purposes ADD COLUMN conditions TEXT NOT NULL DEFAULT '{}'; -- JSON: of its basis
ALTER TABLE purposes ADD COLUMN dpia TEXT NOT NULL DEFAULT '';
ALTER TABLE purposes ADD COLUMN confirm_every_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE purposes ADD COLUMN confirm_outcome TEXT NOT NULL DEFAULT 'lapse'; -- of no answer: lapse or keep
ALTER TABLE purposes ADD COLUMN renew_days TEXT NOT NULL DEFAULT '[30,7]'; -- JSON: days before the end of a term
ALTER TABLE purposes ADD COLUMN keep_ip_days INTEGER NOT NULL DEFAULT 0; -- 0: IP addresses are not kept
ALTER TABLE purposes ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0;

-- Who personal data is given to. A recipient that gets no more stays, with its end: people may ask who had their data.
CREATE TABLE recipients (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    programme_id INTEGER NOT NULL REFERENCES programmes (id),
    name         TEXT   NOT NULL,
    category     TEXT   NOT NULL,
    purpose      TEXT   NOT NULL,
    country      TEXT   NOT NULL, -- ISO 3166-1 alpha-2
    safeguard    TEXT   NOT NULL,
    agreement    TEXT   NOT NULL, -- reference
    added_at     INTEGER NOT NULL,
    ended_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX recipients_by_programme ON recipients (programme_id, id);

ALTER TABLE notices ADD COLUMN facts TEXT NOT NULL DEFAULT '{}'; -- JSON: what was declared when it was published
ALTER TABLE notices ADD COLUMN overridden TEXT NOT NULL DEFAULT ''; -- why it was published although incomplete
ALTER TABLE notices ADD COLUMN published_by TEXT NOT NULL DEFAULT '';

-- A notice in each of its languages. Its own digest is over all of them.
CREATE TABLE notice_texts (
    notice_id INTEGER NOT NULL REFERENCES notices (id),
    language  TEXT   NOT NULL,
    digest    TEXT   NOT NULL REFERENCES texts (digest),
    PRIMARY KEY (notice_id, language)
) STRICT;
INSERT INTO notice_texts (notice_id, language, digest) SELECT id, 'en', digest FROM notices;

-- The purposes that a notice tells of.
CREATE TABLE notice_purposes (
    notice_id  INTEGER NOT NULL REFERENCES notices (id),
    purpose_id INTEGER NOT NULL REFERENCES purposes (id),
    PRIMARY KEY (notice_id, purpose_id)
) STRICT;
INSERT INTO notice_purposes (notice_id, purpose_id)
    SELECT n.id, p.id FROM notices n JOIN purposes p ON p.programme_id = n.programme_id AND p.created_at <= n.published_at
    UNION SELECT l.notice_id, l.purpose_id FROM lists l;

-- A notice run tells every member of a programme of a new version, once.
CREATE TABLE notice_runs (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    programme_id INTEGER NOT NULL REFERENCES programmes (id),
    notice_id    INTEGER NOT NULL UNIQUE REFERENCES notices (id),
    state        TEXT   NOT NULL, -- opening, waiting, finished or stopped
    grace_ms     INTEGER NOT NULL, -- how long a bounce may take
    opened_up_to INTEGER NOT NULL, -- the last subscriber to whom a letter was opened
    started_by   TEXT   NOT NULL,
    started_at   INTEGER NOT NULL,
    finished_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE notice_tellings (
    notice_id     INTEGER NOT NULL REFERENCES notices (id),
    subscriber_id INTEGER NOT NULL,
    letter_id     INTEGER NOT NULL,
    state         TEXT   NOT NULL, -- waiting, told, bounced, failed, refused or uncertain
    settled_at    INTEGER NOT NULL,
    PRIMARY KEY (notice_id, subscriber_id)
) STRICT;
CREATE INDEX notice_tellings_by_letter ON notice_tellings (letter_id);
CREATE INDEX notice_tellings_by_subscriber ON notice_tellings (subscriber_id);

-- What a delivery report said of a letter.
ALTER TABLE letters ADD COLUMN report TEXT NOT NULL DEFAULT '';
ALTER TABLE letters ADD COLUMN report_status TEXT NOT NULL DEFAULT '';
