-- +goose Up

-- Whether people were told of a purpose, want a pause, or refuse profiling: folded from the ledger.

ALTER TABLE memberships ADD COLUMN informed INTEGER NOT NULL DEFAULT 1;
ALTER TABLE memberships ADD COLUMN paused_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE permissions ADD COLUMN informed INTEGER NOT NULL DEFAULT 1;
ALTER TABLE permissions ADD COLUMN paused_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE subscribers ADD COLUMN profiling_refused_by INTEGER NOT NULL DEFAULT 0;
