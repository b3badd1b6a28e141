-- Adds what version 4 has more than version 3.

ALTER TABLE records ADD COLUMN holder BLOB;
