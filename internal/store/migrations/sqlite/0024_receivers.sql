-- +goose Up

-- To which other organisation a person wants their portable data sent straight (Article 20(2)), what was decided of it, and what was sent. Times are UTC epoch milliseconds; 0 and '' stand for "not".
CREATE TABLE access_receivers (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id       INTEGER NOT NULL REFERENCES cases (id),
    name          TEXT NOT NULL,
    address       TEXT NOT NULL,
    language      TEXT NOT NULL,
    instead       INTEGER NOT NULL, -- 1: it goes there, and not to the person as well
    evidence      TEXT NOT NULL, -- how the person chose it
    named_by      TEXT NOT NULL,
    named_at      INTEGER NOT NULL,
    decision      TEXT NOT NULL, -- '' while nobody decided; send or refuse
    reason        TEXT NOT NULL, -- code, of a refusal
    words         TEXT NOT NULL, -- of the refusal; or how it was made sure that the address is theirs
    decided_by    TEXT NOT NULL,
    person        TEXT NOT NULL, -- who decided, where a program records it for them
    decided_at    INTEGER NOT NULL,
    link_id       INTEGER NOT NULL, -- the last; 0 while none was sent
    disclosure_id INTEGER NOT NULL, -- its entry in the register of who got what
    left_why      TEXT NOT NULL -- why it is left at that although nobody opened it
) STRICT;
CREATE INDEX access_receivers_by_case ON access_receivers (case_id, id);

ALTER TABLE access_links ADD COLUMN receiver_id INTEGER NOT NULL DEFAULT 0; -- who gets it in the person's stead; 0 for the person

-- A file from which staff removed something is handed over in the place of the one that was found.
ALTER TABLE access_items ADD COLUMN copy_id INTEGER NOT NULL DEFAULT 0; -- of case_files
