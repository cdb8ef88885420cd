-- +goose Up

-- Whether people were told of a purpose, want a pause, or refuse profiling: folded from the ledger.

ALTER TABLE memberships ADD COLUMN informed BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE memberships ADD COLUMN paused_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE permissions ADD COLUMN informed BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE permissions ADD COLUMN paused_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE subscribers ADD COLUMN profiling_refused_by BIGINT NOT NULL DEFAULT 0;
