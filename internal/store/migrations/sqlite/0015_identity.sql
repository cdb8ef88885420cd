-- +goose Up

-- Who wrote a message, and whether a programme asks by itself where the mail does not prove it.

ALTER TABLE inbound_messages ADD COLUMN identity TEXT NOT NULL DEFAULT ''; -- JSON: standing and grounds; '' where nobody looked
ALTER TABLE programmes ADD COLUMN asks_by_link INTEGER NOT NULL DEFAULT 0;

-- What the last comparison of a mailbox with what was taken in brought.
ALTER TABLE mailboxes ADD COLUMN reconciled TEXT NOT NULL DEFAULT ''; -- JSON
