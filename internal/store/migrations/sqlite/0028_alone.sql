-- +goose Up

-- Of a change of address: a member of staff saw who asks, so the new mailbox agrees alone. The old one may still say no.
ALTER TABLE moves ADD COLUMN alone INTEGER NOT NULL DEFAULT 0;
