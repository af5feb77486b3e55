DROP FUNCTION private.give_library_version(uuid, uuid);
DROP FUNCTION private.add_library_version(text, text, text, text, text, text);
DROP TABLE private.library_contents;
