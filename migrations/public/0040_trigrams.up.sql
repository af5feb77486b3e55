-- Search finds words anywhere in a text by an index over its three-letter pieces. A trusted extension: whoever may create in the
-- database may create it.
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
