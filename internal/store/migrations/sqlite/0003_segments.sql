-- +goose Up

-- Who of an audience is meant. A segment is JSON in the form of package segment; a campaign keeps the one that was approved with it.

CREATE TABLE segments (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    programme_id INTEGER NOT NULL REFERENCES programmes (id),
    slug         TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    rule         TEXT    NOT NULL,
    version      INTEGER NOT NULL, -- counts changes, from 1
    created_by   TEXT    NOT NULL,
    changed_by   TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL,
    UNIQUE (programme_id, slug)
) STRICT;

ALTER TABLE campaigns ADD COLUMN segment_id INTEGER NOT NULL DEFAULT 0;      -- the saved segment that was chosen; 0 for none
ALTER TABLE campaigns ADD COLUMN segment_version INTEGER NOT NULL DEFAULT 0; -- of it, as approved
ALTER TABLE campaigns ADD COLUMN segment TEXT NOT NULL DEFAULT '';           -- the rule: as written in a draft, as approved after
ALTER TABLE campaigns ADD COLUMN excluded TEXT NOT NULL DEFAULT '[]';        -- JSON array of list ids, ascending

-- Special-category data (Article 9) is used on explicit consent alone; a programme may do without profiling.
ALTER TABLE attributes ADD COLUMN special_category INTEGER NOT NULL DEFAULT 0;
ALTER TABLE programmes ADD COLUMN profiling INTEGER NOT NULL DEFAULT 1;
