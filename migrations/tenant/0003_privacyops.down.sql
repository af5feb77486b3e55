DROP TABLE {{schema}}.privacy_controls;
DROP TABLE {{schema}}.dpias;
DROP TABLE {{schema}}.dsr_requests;
DROP TABLE {{schema}}.data_inventory;
