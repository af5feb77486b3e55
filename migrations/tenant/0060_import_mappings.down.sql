DROP TABLE {{schema}}.import_mappings;
