-- +goose Up

-- Cases with their sub-cases, people, facts, correspondence and files. Times are UTC epoch milliseconds, days are UK dates; 0 and '' stand for "not".

ALTER TABLE cases ADD COLUMN parent_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN flags TEXT NOT NULL DEFAULT '[]'; -- JSON array: what the sorter saw beside
ALTER TABLE cases ADD COLUMN channel TEXT NOT NULL DEFAULT 'mail';
ALTER TABLE cases ADD COLUMN language TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN asked TEXT NOT NULL DEFAULT ''; -- what was asked, as entered by hand
ALTER TABLE cases ADD COLUMN owner_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN facts TEXT NOT NULL DEFAULT '{}'; -- JSON: what the clocks are computed from
ALTER TABLE cases ADD COLUMN clock_notes TEXT NOT NULL DEFAULT '[]'; -- JSON
ALTER TABLE cases ADD COLUMN calendar TEXT NOT NULL DEFAULT ''; -- hash of the bank-holiday table that the clocks were computed with
ALTER TABLE cases ADD COLUMN decision TEXT NOT NULL DEFAULT ''; -- JSON
ALTER TABLE cases ADD COLUMN outcome TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN acknowledged_on TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN answered_on TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN unread INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN alarm TEXT NOT NULL DEFAULT '';
CREATE INDEX cases_by_parent ON cases (parent_id) WHERE parent_id <> 0;

-- The last number that a case of a year was given, so that references have no gaps.
CREATE TABLE case_numbers (
    year INTEGER PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT;

ALTER TABLE case_events ADD COLUMN kind TEXT NOT NULL DEFAULT 'noted';
ALTER TABLE case_events ADD COLUMN happened_on TEXT NOT NULL DEFAULT '';
ALTER TABLE case_events ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE case_events ADD COLUMN detail TEXT NOT NULL DEFAULT '{}'; -- JSON

-- Who asks, and whom the data is about.
CREATE TABLE case_parties (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id       INTEGER NOT NULL REFERENCES cases (id),
    role          TEXT    NOT NULL, -- requester or subject
    name          TEXT    NOT NULL,
    address       TEXT    NOT NULL,
    address_key   BLOB    NOT NULL, -- keyed hash
    contact       TEXT    NOT NULL, -- postal address or telephone
    subscriber_id INTEGER NOT NULL
) STRICT;
CREATE INDEX case_parties_by_case ON case_parties (case_id);
CREATE INDEX case_parties_by_key ON case_parties (address_key);
CREATE INDEX case_parties_by_subscriber ON case_parties (subscriber_id) WHERE subscriber_id <> 0;

CREATE TABLE case_links (
    earlier_id INTEGER NOT NULL REFERENCES cases (id),
    later_id   INTEGER NOT NULL REFERENCES cases (id),
    relation   TEXT    NOT NULL, -- duplicate, repeat or related
    linked_at  INTEGER NOT NULL,
    actor      TEXT    NOT NULL,
    PRIMARY KEY (earlier_id, later_id)
) STRICT;
CREATE INDEX case_links_by_later ON case_links (later_id);

-- What was written both ways. It belongs to the case without a parent.
CREATE TABLE case_messages (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id    INTEGER NOT NULL REFERENCES cases (id),
    about_id   INTEGER NOT NULL, -- the sub-case that a letter was written for
    direction  TEXT    NOT NULL, -- in or out
    at         INTEGER NOT NULL,
    inbound_id INTEGER NOT NULL,
    letter_id  INTEGER NOT NULL,
    message_id TEXT    NOT NULL,
    from_address TEXT  NOT NULL,
    subject    TEXT    NOT NULL,
    filed      TEXT    NOT NULL, -- by what it was found to belong here
    stranger   INTEGER NOT NULL, -- from an address that is no party's
    read_at    INTEGER NOT NULL,
    actor      TEXT    NOT NULL
) STRICT;
CREATE INDEX case_messages_by_case ON case_messages (case_id, id);
CREATE INDEX case_messages_by_message_id ON case_messages (message_id) WHERE message_id <> '';
CREATE UNIQUE INDEX case_messages_by_inbound ON case_messages (inbound_id) WHERE inbound_id <> 0;
CREATE INDEX case_messages_by_letter ON case_messages (letter_id) WHERE letter_id <> 0;

-- What staff put into a case, in pieces like the mail that came in.
CREATE TABLE case_files (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id  INTEGER NOT NULL REFERENCES cases (id),
    name     TEXT    NOT NULL,
    type     TEXT    NOT NULL, -- as the first bytes tell
    size     INTEGER NOT NULL,
    digest   TEXT    NOT NULL, -- SHA-256
    actor    TEXT    NOT NULL,
    added_at INTEGER NOT NULL
) STRICT;
CREATE INDEX case_files_by_case ON case_files (case_id, id);

CREATE TABLE case_pieces (
    file_id INTEGER NOT NULL REFERENCES case_files (id),
    number  INTEGER NOT NULL,
    data    BLOB    NOT NULL,
    PRIMARY KEY (file_id, number)
) STRICT;

-- Texts for letters about cases: a programme's own, beside those that come with Assent.
CREATE TABLE letter_texts (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    programme_id INTEGER NOT NULL, -- 0 for all programmes
    name         TEXT    NOT NULL, -- such as "ask-identity"
    title        TEXT    NOT NULL,
    language     TEXT    NOT NULL,
    subject      TEXT    NOT NULL,
    body         TEXT    NOT NULL, -- Markdown with fields
    changed_by   TEXT    NOT NULL,
    changed_at   INTEGER NOT NULL,
    UNIQUE (programme_id, name, language)
) STRICT;
