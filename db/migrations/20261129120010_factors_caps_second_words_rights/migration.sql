-- Who may read second factors, and whether an organization requires them of everybody: seen with each viewer.
GRANT SELECT, INSERT, UPDATE, DELETE ON auth.second_factor, auth.recovery_code TO petra_auth;
--> statement-breakpoint
DROP FUNCTION petra.viewer(uuid);
--> statement-breakpoint
CREATE FUNCTION petra.viewer(p_member_id uuid) RETURNS TABLE (member_id uuid, org_id uuid, org_name text, name text,
  email text, role text, can_manage_tenants boolean, can_view_sensitive boolean, is_read_only boolean, tenant_ids uuid[],
  requires_factor boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  SELECT m.id, m.org_id, o.name, m.name, m.email, m.role, m.can_manage_tenants, m.can_view_sensitive, m.is_read_only,
    coalesce((SELECT array_agg(t.tenant_id) FROM public.member_tenants t WHERE t.member_id = m.id), '{}'),
    coalesce(o.requires_factor, false)
  FROM public.members m LEFT JOIN public.organizations o ON o.id = m.org_id
  WHERE m.id = p_member_id AND m.is_active
$$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION petra.viewer(uuid) TO petra_app;
--> statement-breakpoint
-- Automatic locks beyond one tenant: numbers alone, for the caps of an organization and of the installation (rule S45).
CREATE FUNCTION petra.automatic_locks(p_org_id uuid, p_since timestamptz) RETURNS TABLE (of_org bigint, of_installation bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT count(*) FILTER (WHERE org_id = p_org_id), count(*) FROM public.actions
  WHERE kind = 'disable-account' AND sent_at > p_since AND actor ->> 'kind' = 'response' $$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION petra.automatic_locks TO petra_worker;
--> statement-breakpoint
-- A switch may be of one tenant now: seen by those who see the tenant, and told to open pages at once.
DO $$
DECLARE
  found record;
BEGIN
  FOR found IN SELECT policyname FROM pg_policies WHERE schemaname = 'public' AND tablename = 'kill_switches' LOOP
    EXECUTE format('DROP POLICY %I ON kill_switches', found.policyname);
  END LOOP;
  CALL petra.protect('kill_switches',
    $c$org_id = (SELECT petra.org_id()) AND (SELECT petra.kind()) <> 'guest'
      AND (tenant_id IS NULL OR tenant_id IN (SELECT t.id FROM tenants t))$c$,
    'SELECT INSERT UPDATE', 'SELECT', 'SELECT INSERT UPDATE');
END $$;
--> statement-breakpoint
CREATE TRIGGER tell_change AFTER INSERT OR UPDATE ON kill_switches FOR EACH ROW EXECUTE FUNCTION petra.tell_change();
--> statement-breakpoint
-- What waits for a second person: seen and answered by the members of its organization and by analysts, told to open pages.
CALL petra.protect('second_words',
  $$org_id = (SELECT petra.org_id()) AND (SELECT petra.kind()) <> 'guest'
    AND (tenant_id IS NULL OR tenant_id IN (SELECT t.id FROM tenants t))
    AND (incident_id IS NULL OR EXISTS (SELECT 1 FROM incidents i WHERE i.id = second_words.incident_id))$$,
  'SELECT INSERT UPDATE', 'SELECT', 'SELECT INSERT UPDATE');
--> statement-breakpoint
CREATE TRIGGER tell_change AFTER INSERT OR UPDATE ON second_words FOR EACH ROW EXECUTE FUNCTION petra.tell_change();
