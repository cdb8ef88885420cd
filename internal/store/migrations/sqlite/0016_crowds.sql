-- +goose Up

-- Indexes that a million people can be brought into. The ledger is read by person: their row numbers come in order, and their addresses' hashes at random. Only what
-- is known of an address without a person is found by the address.
DROP INDEX consent_events_by_address;
CREATE INDEX consent_events_by_subscriber ON consent_events (subscriber_id, seq);
CREATE INDEX consent_events_of_nobody ON consent_events (address_key, seq) WHERE subscriber_id = 0;

-- What the gate reads is kept in the order of its key, and so needs no row number.
CREATE TABLE memberships_in_order (
    list_id       INTEGER NOT NULL,
    subscriber_id INTEGER NOT NULL,
    status        TEXT    NOT NULL,
    event_seq     INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    informed      INTEGER NOT NULL DEFAULT 1,
    paused_until  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (list_id, subscriber_id)
) STRICT, WITHOUT ROWID;
INSERT INTO memberships_in_order SELECT list_id, subscriber_id, status, event_seq, expires_at, informed, paused_until FROM memberships ORDER BY list_id, subscriber_id;
DROP TABLE memberships;
ALTER TABLE memberships_in_order RENAME TO memberships;
CREATE INDEX memberships_by_subscriber ON memberships (subscriber_id);
CREATE INDEX memberships_by_end ON memberships (list_id, expires_at, subscriber_id) WHERE status = 'active' AND expires_at <> 0;

CREATE TABLE permissions_in_order (
    purpose_id    INTEGER NOT NULL,
    subscriber_id INTEGER NOT NULL,
    status        TEXT    NOT NULL,
    event_seq     INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    informed      INTEGER NOT NULL DEFAULT 1,
    paused_until  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (subscriber_id, purpose_id)
) STRICT, WITHOUT ROWID;
INSERT INTO permissions_in_order SELECT purpose_id, subscriber_id, status, event_seq, expires_at, informed, paused_until FROM permissions ORDER BY subscriber_id, purpose_id;
DROP TABLE permissions;
ALTER TABLE permissions_in_order RENAME TO permissions;
