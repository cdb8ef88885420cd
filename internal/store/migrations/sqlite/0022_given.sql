-- +goose Up

-- A file that is made for a declared recipient writes itself into the register of who got what (Article 19, E2-36). Its row there has no time as long as nobody can have the file.
ALTER TABLE copies ADD COLUMN recipient_id INTEGER NOT NULL DEFAULT 0; -- 0: for our own use
ALTER TABLE copies ADD COLUMN recipient TEXT NOT NULL DEFAULT ''; -- its name
ALTER TABLE copies ADD COLUMN disclosure_id INTEGER NOT NULL DEFAULT 0;

-- What a programme may still say of an attribute once it is declared.
ALTER TABLE attributes ADD COLUMN hint TEXT NOT NULL DEFAULT '';
ALTER TABLE attributes ADD COLUMN required INTEGER NOT NULL DEFAULT 0; -- 1: its forms refuse an answer without it
ALTER TABLE attributes ADD COLUMN ended_at INTEGER NOT NULL DEFAULT 0; -- from then on nobody gives a new value
