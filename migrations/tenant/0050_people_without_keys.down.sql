-- The keys are not put back: tenants are made without them, whatever their version is.
SELECT 1;
