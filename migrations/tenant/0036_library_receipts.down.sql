DROP FUNCTION {{schema}}.library_content(uuid);
DROP FUNCTION {{schema}}.library_offers();
DROP TABLE {{schema}}.library_receipts;
