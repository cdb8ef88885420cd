-- +goose Up

-- Indexes that a million people can be brought into. The ledger is read by person: their row numbers come in order, and their addresses' hashes at random. Only what
-- is known of an address without a person is found by the address.
DROP INDEX consent_events_by_address;
CREATE INDEX consent_events_by_subscriber ON consent_events (subscriber_id, seq);
CREATE INDEX consent_events_of_nobody ON consent_events (address_key, seq) WHERE subscriber_id = 0;

-- One index finds a permission both by person and by person and purpose.
ALTER TABLE permissions DROP CONSTRAINT permissions_pkey;
ALTER TABLE permissions ADD PRIMARY KEY (subscriber_id, purpose_id);
DROP INDEX permissions_by_subscriber;
