DROP FUNCTION private.trail_rests(boolean);
DROP FUNCTION private.forget_tenant(uuid);
DROP FUNCTION private.forget_person(uuid);
