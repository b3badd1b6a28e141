-- Version 4 has the holders of consent ids.

ALTER TABLE records ADD COLUMN holder BLOB;
