-- Who may see and order what about a phish that is looked for over tenants. A worker is in one tenant and reads the phish and
-- the order of its organization; people see copies only of tenants they may see, and an order only when they see all of it.
CALL petra.protect('phishes',
  $$org_id = (SELECT petra.org_id()) AND ((SELECT petra.kind()) = 'worker'
    OR (tenant_id IN (SELECT t.id FROM tenants t)
      AND (incident_id IS NULL OR EXISTS (SELECT 1 FROM incidents i WHERE i.id = phishes.incident_id))))$$,
  'SELECT INSERT', 'SELECT UPDATE', 'SELECT INSERT');
--> statement-breakpoint
CALL petra.protect('phish_matches',
  $$org_id = (SELECT petra.org_id()) AND tenant_id IN (SELECT t.id FROM tenants t)
    AND EXISTS (SELECT 1 FROM phishes p WHERE p.id = phish_matches.phish_id)$$,
  'SELECT', 'SELECT INSERT UPDATE', 'SELECT');
--> statement-breakpoint
CALL petra.protect('phish_orders',
  $$org_id = (SELECT petra.org_id()) AND ((SELECT petra.kind()) = 'worker'
    OR (EXISTS (SELECT 1 FROM phishes p WHERE p.id = phish_orders.phish_id)
      AND NOT EXISTS (SELECT 1 FROM unnest(phish_orders.tenant_ids) AS o(id) WHERE o.id NOT IN (SELECT t.id FROM tenants t))))$$,
  'SELECT INSERT UPDATE', 'SELECT', 'SELECT INSERT UPDATE');
--> statement-breakpoint
CALL petra.protect('never_touch', 'org_id = (SELECT petra.org_id()) AND tenant_id IN (SELECT t.id FROM tenants t)',
  'SELECT INSERT DELETE', 'SELECT', 'SELECT');
--> statement-breakpoint
-- The ledger also holds what was done about a phish without an incident in its tenant.
DO $$
DECLARE
  policy text;
BEGIN
  FOR policy IN SELECT policyname FROM pg_policies WHERE schemaname = 'public' AND tablename = 'actions' LOOP
    EXECUTE format('DROP POLICY %I ON actions', policy);
  END LOOP;
  CALL petra.protect('actions',
    'org_id = (SELECT petra.org_id()) AND (EXISTS (SELECT 1 FROM incidents i WHERE i.id = actions.incident_id
        AND i.tenant_id = actions.tenant_id)
      OR (actions.phish_id IS NOT NULL AND tenant_id IN (SELECT t.id FROM tenants t)
        AND EXISTS (SELECT 1 FROM phishes p WHERE p.id = actions.phish_id)))',
    'SELECT', 'SELECT INSERT UPDATE', 'SELECT');
END $$;
--> statement-breakpoint
DO $$
DECLARE
  tab text;
BEGIN
  FOREACH tab IN ARRAY ARRAY['phishes', 'phish_matches'] LOOP
    EXECUTE format('CREATE TRIGGER tell_change AFTER INSERT OR UPDATE ON %I FOR EACH ROW
      EXECUTE FUNCTION petra.tell_change()', tab);
  END LOOP;
END $$;
--> statement-breakpoint
DROP FUNCTION petra.waiting_commands(timestamptz, integer);
--> statement-breakpoint
CREATE FUNCTION petra.waiting_commands(p_signalled_before timestamptz, p_limit integer) RETURNS TABLE (command_id uuid,
  org_id uuid, tenant_id uuid, incident_id uuid, phish_id uuid, kind text, issued_at timestamptz, expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT id, org_id, tenant_id, incident_id, phish_id, kind, issued_at, expires_at FROM public.commands
  WHERE state = 'sent' AND (signalled_at IS NULL OR signalled_at < p_signalled_before) ORDER BY issued_at LIMIT p_limit $$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION petra.waiting_commands TO petra_worker;
