-- The last step of all: public and every tenant must be rolled back before.
DROP TABLE private.migration_history;
DROP SCHEMA private;
