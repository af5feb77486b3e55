SELECT private.drop_searched('{{schema}}', 'requirement_mappings');
DROP TABLE {{schema}}.requirement_mappings;
DROP FUNCTION {{schema}}.derive_mapping();
