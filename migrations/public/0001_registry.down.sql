DROP TABLE public.tenant_memberships;
DROP TABLE public.global_config;
DROP TABLE public.licenses;
DROP TABLE public.users;
DROP TABLE public.tenants;
DROP FUNCTION public.touch_row();
