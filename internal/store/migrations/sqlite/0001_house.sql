-- +goose Up

-- STRICT: a column holds its type and nothing else, whoever writes. Yes and no are 1 and 0.

-- What operators declare. Times are UTC epoch milliseconds; 0 stands for "not".

CREATE TABLE programmes (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    slug            TEXT    NOT NULL UNIQUE,
    name            TEXT    NOT NULL,
    owner           TEXT    NOT NULL,
    controller      TEXT    NOT NULL,
    postal_address  TEXT    NOT NULL,
    dpo_name        TEXT    NOT NULL,
    dpo_address     TEXT    NOT NULL,
    contact_name    TEXT    NOT NULL,
    contact_address TEXT    NOT NULL,
    from_name       TEXT    NOT NULL,
    from_address    TEXT    NOT NULL,
    time_zone       TEXT    NOT NULL,
    division        TEXT    NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE attributes (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    programme_id INTEGER NOT NULL REFERENCES programmes (id),
    name         TEXT    NOT NULL,
    label        TEXT    NOT NULL,
    type         TEXT    NOT NULL,
    choices      TEXT    NOT NULL, -- JSON array
    UNIQUE (programme_id, name)
) STRICT;

CREATE TABLE purposes (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    programme_id INTEGER NOT NULL REFERENCES programmes (id),
    slug         TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    basis        TEXT    NOT NULL,
    class        TEXT    NOT NULL,
    term_ms      INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    UNIQUE (programme_id, slug)
) STRICT;

-- Wordings and notices, by their SHA-256: what people were told, kept for ever and never changed.
CREATE TABLE texts (
    digest TEXT PRIMARY KEY,
    body   TEXT NOT NULL
) STRICT;

CREATE TABLE notices (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    programme_id INTEGER NOT NULL REFERENCES programmes (id),
    version      INTEGER NOT NULL,
    digest       TEXT    NOT NULL REFERENCES texts (digest),
    published_at INTEGER NOT NULL,
    UNIQUE (programme_id, version)
) STRICT;

CREATE TABLE lists (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    programme_id    INTEGER NOT NULL REFERENCES programmes (id),
    purpose_id      INTEGER NOT NULL REFERENCES purposes (id),
    notice_id       INTEGER NOT NULL REFERENCES notices (id),
    slug            TEXT    NOT NULL UNIQUE,
    name            TEXT    NOT NULL,
    description     TEXT    NOT NULL,
    wording         TEXT    NOT NULL,
    contact_name    TEXT    NOT NULL,
    contact_address TEXT    NOT NULL,
    double_opt_in   INTEGER NOT NULL,
    public          INTEGER NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT;

-- People, and what they agreed to.

CREATE TABLE subscribers (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    address_key   BLOB    NOT NULL UNIQUE, -- keyed hash; stays after erasure
    address       TEXT    NOT NULL,        -- '' once erased
    name          TEXT    NOT NULL,
    language      TEXT    NOT NULL,
    attributes    TEXT    NOT NULL,
    source        TEXT    NOT NULL,
    restricted_by INTEGER NOT NULL DEFAULT 0, -- folded from the ledger
    erased_by     INTEGER NOT NULL DEFAULT 0, -- folded from the ledger
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
) STRICT;

-- The ledger: append-only, hash-chained. Only evidence and salt are ever emptied, by erasure.
CREATE TABLE consent_events (
    seq            INTEGER PRIMARY KEY,
    at             INTEGER NOT NULL,
    kind           TEXT    NOT NULL,
    reach          TEXT    NOT NULL,
    programme_id   INTEGER NOT NULL,
    purpose_id     INTEGER NOT NULL,
    list_id        INTEGER NOT NULL,
    subscriber_id  INTEGER NOT NULL,
    address_key    BLOB    NOT NULL,
    channel        TEXT    NOT NULL,
    actor          TEXT    NOT NULL,
    source         TEXT    NOT NULL,
    wording_digest TEXT    NOT NULL,
    notice_digest  TEXT    NOT NULL,
    reason         TEXT    NOT NULL,
    expires_at     INTEGER NOT NULL,
    evidence       BLOB,
    salt           BLOB,
    evidence_hash  BLOB    NOT NULL,
    prev           BLOB    NOT NULL,
    hash           BLOB    NOT NULL
) STRICT;
CREATE INDEX consent_events_by_address ON consent_events (address_key, seq);

-- The end of the ledger, sealed with a key that is not in the database. One row.
CREATE TABLE ledger_head (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    seq  INTEGER NOT NULL,
    hash BLOB   NOT NULL,
    seal BLOB   NOT NULL
) STRICT;

-- The ledger folded: what the gate joins. 'assent verify' holds it against the ledger.
CREATE TABLE memberships (
    list_id       INTEGER NOT NULL,
    subscriber_id INTEGER NOT NULL,
    status        TEXT   NOT NULL,
    event_seq     INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    PRIMARY KEY (list_id, subscriber_id)
) STRICT;
CREATE INDEX memberships_by_subscriber ON memberships (subscriber_id);

CREATE TABLE permissions (
    purpose_id    INTEGER NOT NULL,
    subscriber_id INTEGER NOT NULL,
    status        TEXT   NOT NULL,
    event_seq     INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    PRIMARY KEY (purpose_id, subscriber_id)
) STRICT;
CREATE INDEX permissions_by_subscriber ON permissions (subscriber_id);

CREATE TABLE suppressions (
    address_key  BLOB   NOT NULL,
    reach        TEXT   NOT NULL,
    programme_id INTEGER NOT NULL,
    purpose_id   INTEGER NOT NULL,
    list_id      INTEGER NOT NULL,
    event_seq    INTEGER NOT NULL,
    reason       TEXT   NOT NULL,
    PRIMARY KEY (address_key, reach, programme_id, purpose_id, list_id)
) STRICT;

-- What is mailed.

CREATE TABLE campaigns (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    programme_id  INTEGER NOT NULL REFERENCES programmes (id),
    name          TEXT    NOT NULL,
    subject       TEXT    NOT NULL,
    preheader     TEXT    NOT NULL,
    body          TEXT    NOT NULL,
    language      TEXT    NOT NULL,
    class         TEXT    NOT NULL,
    lists         TEXT    NOT NULL, -- JSON array of list ids, ascending
    purposes      TEXT    NOT NULL, -- JSON array of purpose ids, ascending
    state         TEXT    NOT NULL,
    paused        INTEGER NOT NULL,
    trouble       TEXT    NOT NULL, -- why it paused itself; '' otherwise
    digest        TEXT    NOT NULL,
    scheduled_at  INTEGER NOT NULL,
    time_zone     TEXT    NOT NULL,
    created_by    TEXT    NOT NULL,
    approved_by   TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    planned_at    INTEGER NOT NULL,
    finished_at   INTEGER NOT NULL,
    planned_up_to INTEGER NOT NULL,
    planned       INTEGER NOT NULL, -- people in chunks
    round         INTEGER NOT NULL
) STRICT;

-- The funnel as it stood when the audience had been planned: people by reason.
CREATE TABLE campaign_funnels (
    campaign_id INTEGER NOT NULL REFERENCES campaigns (id),
    reason      TEXT   NOT NULL,
    people      INTEGER NOT NULL,
    PRIMARY KEY (campaign_id, reason)
) STRICT;

CREATE TABLE chunks (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    campaign_id INTEGER NOT NULL REFERENCES campaigns (id),
    attempt     INTEGER NOT NULL,
    people      BLOB   NOT NULL, -- subscriber ids, ascending: differences as unsigned varints
    size        INTEGER NOT NULL,
    claims      INTEGER NOT NULL DEFAULT 0,
    claimed_by  TEXT   NOT NULL DEFAULT '',
    lease_until INTEGER NOT NULL DEFAULT 0,
    not_before  INTEGER NOT NULL DEFAULT 0, -- people whom the relay put off wait until then
    done_at     INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX chunks_open ON chunks (campaign_id) WHERE done_at = 0;

CREATE TABLE intents (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    chunk_id INTEGER NOT NULL REFERENCES chunks (id),
    people   BLOB   NOT NULL,
    gate_seq INTEGER NOT NULL,
    asked_at INTEGER NOT NULL
) STRICT;
CREATE INDEX intents_by_chunk ON intents (chunk_id);

CREATE TABLE deferrals (
    chunk_id      INTEGER NOT NULL REFERENCES chunks (id),
    subscriber_id INTEGER NOT NULL,
    list_id       INTEGER NOT NULL,
    event_seq     INTEGER NOT NULL,
    gate_seq      INTEGER NOT NULL,
    asked_at      INTEGER NOT NULL,
    started_at    INTEGER NOT NULL,
    code          INTEGER NOT NULL,
    reply         TEXT    NOT NULL,
    PRIMARY KEY (chunk_id, subscriber_id)
) STRICT;

CREATE TABLE deliveries (
    campaign_id   INTEGER NOT NULL,
    subscriber_id INTEGER NOT NULL,
    list_id       INTEGER NOT NULL,
    state         TEXT   NOT NULL,
    reason        TEXT   NOT NULL,
    event_seq     INTEGER NOT NULL,
    gate_seq      INTEGER NOT NULL,
    asked_at      INTEGER NOT NULL,
    started_at    INTEGER NOT NULL,
    finished_at   INTEGER NOT NULL,
    code          INTEGER NOT NULL,
    reply         TEXT   NOT NULL,
    report        TEXT   NOT NULL,
    report_status TEXT   NOT NULL,
    PRIMARY KEY (campaign_id, subscriber_id)
) STRICT;
CREATE INDEX deliveries_by_subscriber ON deliveries (subscriber_id);

CREATE TABLE letters (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    key           TEXT   NOT NULL UNIQUE,
    kind          TEXT   NOT NULL,
    programme_id  INTEGER NOT NULL,
    subscriber_id INTEGER NOT NULL,
    to_address    TEXT   NOT NULL,
    language      TEXT   NOT NULL,
    data          TEXT   NOT NULL, -- JSON
    in_reply_to   TEXT   NOT NULL,
    state         TEXT   NOT NULL,
    code          INTEGER NOT NULL,
    reply         TEXT   NOT NULL,
    created_at    INTEGER NOT NULL,
    started_at    INTEGER NOT NULL,
    finished_at   INTEGER NOT NULL
) STRICT;

-- What comes back.

CREATE TABLE mailboxes (
    name       TEXT   PRIMARY KEY,
    checked_at INTEGER NOT NULL,
    trouble    TEXT   NOT NULL
) STRICT;

CREATE TABLE inbound_messages (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    mailbox      TEXT   NOT NULL,
    uid_validity INTEGER NOT NULL,
    uid          INTEGER NOT NULL,
    received_at  INTEGER NOT NULL, -- INTERNALDATE: the statutory time of receipt
    fetched_at   INTEGER NOT NULL,
    size         INTEGER NOT NULL,
    digest       TEXT   NOT NULL, -- SHA-256 of the raw message; '' when the server would not give it
    unreadable   TEXT   NOT NULL,
    duplicate_of INTEGER NOT NULL, -- the same bytes seen before in this mailbox
    disposition  TEXT   NOT NULL, -- '' until sorted
    kind         TEXT   NOT NULL,
    confidence   REAL NOT NULL,
    grounds      TEXT   NOT NULL, -- JSON
    from_address TEXT   NOT NULL,
    subject      TEXT   NOT NULL,
    message_id   TEXT   NOT NULL,
    case_id      INTEGER NOT NULL,
    settled_at   INTEGER NOT NULL,
    UNIQUE (mailbox, uid_validity, uid)
) STRICT;
CREATE INDEX inbound_by_digest ON inbound_messages (digest, mailbox);
CREATE INDEX inbound_unsorted ON inbound_messages (id) WHERE disposition = '';

-- The raw message, in pieces, kept once however often it is seen.
CREATE TABLE inbound_pieces (
    digest TEXT   NOT NULL,
    number INTEGER NOT NULL,
    data   BLOB   NOT NULL,
    PRIMARY KEY (digest, number)
) STRICT;

CREATE TABLE cases (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    reference     TEXT   NOT NULL UNIQUE,
    kind          TEXT   NOT NULL,
    labels        TEXT   NOT NULL, -- JSON array
    state         TEXT   NOT NULL,
    programme_id  INTEGER NOT NULL,
    mailbox       TEXT   NOT NULL,
    inbound_id    INTEGER NOT NULL,
    subscriber_id INTEGER NOT NULL,
    from_address  TEXT   NOT NULL,
    subject       TEXT   NOT NULL,
    received_at   INTEGER NOT NULL,
    due_on        TEXT   NOT NULL, -- UK date, ISO; '' without a clock
    division      TEXT   NOT NULL,
    clocks        TEXT   NOT NULL, -- JSON: each clock with the steps of its working
    created_at    INTEGER NOT NULL,
    closed_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX cases_by_due ON cases (state, due_on);

CREATE TABLE case_events (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id INTEGER NOT NULL REFERENCES cases (id),
    at      INTEGER NOT NULL,
    actor   TEXT   NOT NULL,
    what    TEXT   NOT NULL
) STRICT;
CREATE INDEX case_events_by_case ON case_events (case_id, id);

-- Who works here, and when work happens.

CREATE TABLE users (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    address       TEXT    NOT NULL UNIQUE,
    name          TEXT    NOT NULL,
    role          TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    disabled      INTEGER NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
    hash       BLOB   PRIMARY KEY,
    user_id    INTEGER NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE api_keys (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    name         TEXT    NOT NULL,
    public_id    TEXT    NOT NULL UNIQUE, -- the middle of assent_<public id>_<secret>
    hash         BLOB    NOT NULL, -- SHA-256 of the whole key
    scopes       TEXT    NOT NULL, -- JSON array
    created_by   TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    revoked_at   INTEGER NOT NULL
) STRICT;

CREATE TABLE idempotency_keys (
    key        TEXT   NOT NULL,
    owner      TEXT   NOT NULL, -- whose key it is: "key:5"
    digest     TEXT   NOT NULL, -- SHA-256 of method, path and body
    status     INTEGER NOT NULL, -- 0 while the first request runs
    header     TEXT   NOT NULL, -- JSON
    body       BLOB   NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (owner, key)
) STRICT;

CREATE TABLE audit_entries (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    actor   TEXT   NOT NULL,
    action  TEXT   NOT NULL, -- such as "read case"
    object  TEXT   NOT NULL, -- such as "case:12": numbers, never names
    why     TEXT   NOT NULL
) STRICT;

-- Tasks, written in the transaction that makes them true; see package queue.
CREATE TABLE outbox (
    id         TEXT PRIMARY KEY,
    kind       TEXT   NOT NULL,
    payload    TEXT   NOT NULL,
    run_at     INTEGER NOT NULL,
    state      TEXT   NOT NULL, -- waiting, handed, done or dropped
    sends      INTEGER NOT NULL,
    fails      INTEGER NOT NULL, -- attempts that failed
    created_at INTEGER NOT NULL,
    sent_at    INTEGER NOT NULL,
    closed_at  INTEGER NOT NULL,
    why        TEXT   NOT NULL
) STRICT;
CREATE INDEX outbox_due ON outbox (run_at) WHERE state = 'waiting';
CREATE INDEX outbox_handed ON outbox (id) WHERE state = 'handed';

-- Imports, and how far each has come.
CREATE TABLE imports (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    list_id     INTEGER NOT NULL REFERENCES lists (id),
    file_name   TEXT    NOT NULL,
    digest      TEXT    NOT NULL, -- SHA-256 of the file: the same file goes on where it stopped
    actor       TEXT    NOT NULL,
    rows_done   INTEGER NOT NULL,
    granted     INTEGER NOT NULL,
    unchanged   INTEGER NOT NULL,
    duplicates  INTEGER NOT NULL,
    quarantined INTEGER NOT NULL,
    refused     INTEGER NOT NULL,
    invalid     INTEGER NOT NULL,
    rejects     INTEGER NOT NULL, -- octets of the file of refused and invalid rows that belong to rows_done
    created_at  INTEGER NOT NULL,
    finished_at INTEGER NOT NULL,
    UNIQUE (list_id, digest)
) STRICT;

-- Rows of imports that came without evidence: kept apart, not on any list, and not mailable.
CREATE TABLE quarantine (
    import_id   INTEGER NOT NULL REFERENCES imports (id),
    line        INTEGER NOT NULL,
    address_key BLOB   NOT NULL,
    address     TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    why         TEXT   NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (import_id, line)
) STRICT;
