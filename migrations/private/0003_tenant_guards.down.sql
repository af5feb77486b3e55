DROP FUNCTION private.grant_table(text, text, text[], text[], text[], text[], text[], text[]);
DROP FUNCTION private.role_list(text, text[]);
DROP FUNCTION private.guard_table(text, uuid, text, text[]);
