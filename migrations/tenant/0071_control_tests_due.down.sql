DROP TRIGGER derive_row ON {{schema}}.controls;
DROP FUNCTION {{schema}}.derive_next_test();
DROP FUNCTION {{schema}}.test_rhythm(text);
