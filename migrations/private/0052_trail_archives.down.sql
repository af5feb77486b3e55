DROP FUNCTION private.archive_trail(date, text, text, text, jsonb);
DROP FUNCTION private.require_archivable(date);
DROP FUNCTION private.archive_plan(date);
DROP FUNCTION private.trail_months(date);
DROP TABLE private.trail_archives;
