DROP TABLE private.data_migrations;
ALTER TABLE private.migration_history DROP COLUMN row_counts;
