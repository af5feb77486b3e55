DROP FUNCTION private.drop_searched(text, text);
DROP FUNCTION private.add_searched(text, uuid, text, text[], text, text);
