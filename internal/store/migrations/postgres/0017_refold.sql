-- +goose Up

-- What is folded from the ledger is folded anew, once, by the program that comes with a migration: one row for each that asks for it, taken away when it is done.
-- Rows from before version 2 did not know who had been told of a purpose, nor how a purpose ends with the last of its lists.
CREATE TABLE refolds (
    reason TEXT NOT NULL
);
INSERT INTO refolds (reason) VALUES ('0002: who was told, and how a purpose ends');
