DROP FUNCTION private.guard_approval(text, uuid, text, jsonb);
DROP FUNCTION private.guard_follower(text, text);
