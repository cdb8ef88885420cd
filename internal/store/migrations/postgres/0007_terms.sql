-- +goose Up

-- Terms and acts. Times are UTC epoch milliseconds; 0 stands for "not".

-- Whether the form of a list asks how old the reader is. Most lists have nothing for children, and then age is nobody's business.
ALTER TABLE lists ADD COLUMN ask_age BOOLEAN NOT NULL DEFAULT FALSE;

-- Finds whose term ends soon, and whose has ended.
CREATE INDEX memberships_by_end ON memberships (list_id, expires_at, subscriber_id) WHERE status = 'active' AND expires_at <> 0;

-- Who was asked whether they still want a list: once for each permission and each time that its purpose names.
CREATE TABLE asks (
    event_seq     BIGINT NOT NULL, -- the permission that it is about
    kind          TEXT   NOT NULL, -- renewal or annual
    number        BIGINT NOT NULL, -- renewal: days before the end; annual: which interval
    list_id       BIGINT NOT NULL,
    subscriber_id BIGINT NOT NULL,
    asked_at      BIGINT NOT NULL,
    answer        TEXT   NOT NULL, -- '' while open; yes, no or none
    answer_seq    BIGINT NOT NULL, -- the ledger event of the answer
    answered_at   BIGINT NOT NULL,
    PRIMARY KEY (event_seq, kind, number)
);
CREATE INDEX asks_by_subscriber ON asks (subscriber_id);
CREATE INDEX asks_open ON asks (asked_at) WHERE answer = '';

-- IP addresses as evidence of an act: apart from the evidence, which never changes, because they go soon.
CREATE TABLE act_addresses (
    event_seq BIGINT PRIMARY KEY,
    ip        TEXT   NOT NULL,
    until     BIGINT NOT NULL
);
CREATE INDEX act_addresses_by_end ON act_addresses (until);
