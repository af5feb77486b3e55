DROP POLICY owner_reads ON {{schema}}.sync_ops;
