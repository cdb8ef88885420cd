-- +goose Up

-- Which rows of a file are done behind the first that is not, a bit for each.
ALTER TABLE imports ADD COLUMN beyond BLOB NOT NULL DEFAULT X'';
