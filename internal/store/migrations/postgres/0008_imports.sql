-- +goose Up

-- Imports that take over opt-outs, and that can be taken back. The digest of one that was taken back has '#' and its number behind it, so that the
-- same file can come again.

ALTER TABLE imports ADD COLUMN barred BIGINT NOT NULL DEFAULT 0;
ALTER TABLE imports ADD COLUMN undone_up_to BIGINT NOT NULL DEFAULT 0;
ALTER TABLE imports ADD COLUMN undone_at BIGINT NOT NULL DEFAULT 0;

-- What a request for permission needs, and who was sent one: once, and never again (a row here outlives the quarantine).

ALTER TABLE quarantine ADD COLUMN language TEXT NOT NULL DEFAULT '';
ALTER TABLE quarantine ADD COLUMN source TEXT NOT NULL DEFAULT '';
CREATE INDEX quarantine_by_address ON quarantine (address_key);
CREATE INDEX quarantine_by_age ON quarantine (created_at);

CREATE TABLE permission_requests (
    address_key BYTEA  PRIMARY KEY, -- keyed hash
    import_id   BIGINT NOT NULL,
    list_id     BIGINT NOT NULL,
    event_seq   BIGINT NOT NULL,
    asked_at    BIGINT NOT NULL
);
