-- The owner reads the whole ledger, for exports by an administrator who is no superuser; everybody else sees their own operations.
CREATE POLICY owner_reads ON {{schema}}.sync_ops FOR SELECT TO kompl_owner USING (tenant_id = '{{tenant_id}}'::uuid);
