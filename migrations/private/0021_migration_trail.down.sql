DROP TRIGGER trail_migration ON private.migration_history;
DROP FUNCTION private.trail_migration();
