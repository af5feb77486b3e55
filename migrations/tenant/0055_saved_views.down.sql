DROP TABLE {{schema}}.saved_views;
DROP FUNCTION {{schema}}.has_function(text[]);
