-- +goose Up

-- A rule may keep people longer who permit it: "six months, or twelve with your consent" (E2-13).
ALTER TABLE retention_rules ADD COLUMN longer_for BIGINT NOT NULL DEFAULT 0; -- the purpose that they permit; 0: no longer period
ALTER TABLE retention_rules ADD COLUMN longer_length BIGINT NOT NULL DEFAULT 0;
ALTER TABLE retention_rules ADD COLUMN longer_unit TEXT NOT NULL DEFAULT '';
