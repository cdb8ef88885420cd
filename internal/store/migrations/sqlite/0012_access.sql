-- +goose Up

-- Carrying out requests for access and portability: what was searched, what was found and decided of it, the packs that were made, and how they were handed over. Times are
-- UTC epoch milliseconds, days are UK dates; 0 and '' stand for "not".

-- One look through all sources.
CREATE TABLE access_searches (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id  INTEGER NOT NULL REFERENCES cases (id),
    at       INTEGER NOT NULL,
    actor    TEXT    NOT NULL,
    terms    TEXT    NOT NULL, -- JSON: what was looked for
    manifest TEXT    NOT NULL, -- JSON: sources, with what each held
    boxes    TEXT    NOT NULL  -- JSON: mailboxes whose mail is kept
) STRICT;
CREATE INDEX access_searches_by_case ON access_searches (case_id, id);

-- Where staff looked, because Assent cannot.
CREATE TABLE access_places (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id     INTEGER NOT NULL REFERENCES cases (id),
    name        TEXT    NOT NULL,
    searched_by TEXT    NOT NULL,
    searched_on TEXT    NOT NULL,
    terms       TEXT    NOT NULL,
    found       TEXT    NOT NULL,
    actor       TEXT    NOT NULL,
    at          INTEGER NOT NULL
) STRICT;
CREATE INDEX access_places_by_case ON access_places (case_id, id);

-- What was found, and what a person decided of it.
CREATE TABLE access_items (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id     INTEGER NOT NULL REFERENCES cases (id),
    search_id   INTEGER NOT NULL, -- that found it last; 0 where staff put it in
    source      TEXT    NOT NULL,
    ref         TEXT    NOT NULL, -- such as "inbound:12"
    at          INTEGER NOT NULL,
    content     TEXT    NOT NULL, -- JSON; '' once the pack is no longer kept
    digest      TEXT    NOT NULL, -- of the content, by which a new search tells whether the review stands
    verdict     TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    note        TEXT    NOT NULL,
    removed     TEXT    NOT NULL, -- JSON: passages with their reasons
    reviewed_by TEXT    NOT NULL,
    reviewed_at INTEGER NOT NULL,
    UNIQUE (case_id, ref)
) STRICT;

-- What a person approved for handing over.
CREATE TABLE access_packs (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id     INTEGER NOT NULL REFERENCES cases (id),
    kind        TEXT    NOT NULL,
    language    TEXT    NOT NULL,
    items       INTEGER NOT NULL, -- how many are in it
    withheld    INTEGER NOT NULL,
    digest      TEXT    NOT NULL, -- over the digests of its files
    actor       TEXT    NOT NULL,
    approved_by TEXT    NOT NULL, -- the person, where a program records it for them
    approved_at INTEGER NOT NULL,
    dropped_at  INTEGER NOT NULL, -- when its files were removed
    dropped_why TEXT    NOT NULL
) STRICT;
CREATE INDEX access_packs_by_case ON access_packs (case_id, id);

CREATE TABLE access_files (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    pack_id INTEGER NOT NULL REFERENCES access_packs (id),
    name    TEXT    NOT NULL,
    type    TEXT    NOT NULL,
    size    INTEGER NOT NULL,
    digest  TEXT    NOT NULL -- SHA-256
) STRICT;
CREATE INDEX access_files_by_pack ON access_files (pack_id, id);

CREATE TABLE access_pieces (
    file_id INTEGER NOT NULL REFERENCES access_files (id),
    number  INTEGER NOT NULL,
    data    BLOB    NOT NULL,
    PRIMARY KEY (file_id, number)
) STRICT;

-- A link to a pack, with its second factor.
CREATE TABLE access_links (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    pack_id     INTEGER NOT NULL REFERENCES access_packs (id),
    case_id     INTEGER NOT NULL REFERENCES cases (id),
    code        BLOB    NOT NULL, -- keyed hash of the code; empty once the link is over
    way         TEXT    NOT NULL, -- by which the code is told
    tries       INTEGER NOT NULL, -- wrong codes since the last new code
    actor       TEXT    NOT NULL,
    made_at     INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    opened_at   INTEGER NOT NULL, -- first
    revoked_at  INTEGER NOT NULL,
    revoked_by  TEXT    NOT NULL,
    revoked_why TEXT    NOT NULL
) STRICT;
CREATE INDEX access_links_by_case ON access_links (case_id, id);

-- Each time somebody came with a link: opened, refused, or took a file.
CREATE TABLE access_openings (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    link_id INTEGER NOT NULL REFERENCES access_links (id),
    at      INTEGER NOT NULL,
    what    TEXT    NOT NULL
) STRICT;
CREATE INDEX access_openings_by_link ON access_openings (link_id, id);
