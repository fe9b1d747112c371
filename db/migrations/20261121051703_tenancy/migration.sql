-- Functions, grants and row-level security: who may see and write which row (docs: decisions D22, rules S1 to S4).
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
--> statement-breakpoint
CREATE SCHEMA petra;
--> statement-breakpoint
REVOKE ALL ON SCHEMA public FROM PUBLIC;
--> statement-breakpoint
GRANT USAGE ON SCHEMA public, petra TO petra_app, petra_worker, petra_operator;
--> statement-breakpoint
GRANT USAGE ON SCHEMA auth TO petra_auth;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA auth TO petra_auth;
--> statement-breakpoint
-- The scope of a transaction. After its end a setting reads as '', which counts as nothing.
CREATE FUNCTION petra.org_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('app.org_id', true), '')::uuid $$;
--> statement-breakpoint
CREATE FUNCTION petra.member_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('app.member_id', true), '')::uuid $$;
--> statement-breakpoint
CREATE FUNCTION petra.kind() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('app.kind', true), '') $$;
--> statement-breakpoint
CREATE FUNCTION petra.flag(name text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(current_setting(name, true), '') = '1' $$;
--> statement-breakpoint
CREATE FUNCTION petra.names_tenant(tenant uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(current_setting('app.tenant_ids', true), '') = '*'
  OR tenant = ANY (string_to_array(nullif(current_setting('app.tenant_ids', true), '*'), ',')::uuid[]) $$;
--> statement-breakpoint
-- The tenants whose records may be read: a paused one only while an incident of it is open (D5), a removed one never.
CREATE FUNCTION petra.data_tenants() RETURNS SETOF uuid LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT t.id FROM public.tenants t
  WHERE petra.flag('app.sees_paused') OR t.phase NOT IN ('paused', 'removed')
    OR (t.phase = 'paused' AND EXISTS (
      SELECT 1 FROM public.incidents i WHERE i.tenant_id = t.id AND i.org_id = t.org_id AND i.status = 'open')) $$;
--> statement-breakpoint
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA petra TO petra_app, petra_worker, petra_operator;
--> statement-breakpoint
-- Protects a table that carries org_id: the condition decides for the app and the worker, the operator's width is its
-- login role, and the owner reads for the definer functions below.
CREATE PROCEDURE petra.protect(tab regclass, condition text, app text, worker text, operator text) LANGUAGE plpgsql
AS $$
DECLARE
  verb text;
  who record;
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tab);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', tab);
  EXECUTE format('CREATE POLICY definer ON %s TO petra_owner USING (true) WITH CHECK (true)', tab);
  FOR who IN SELECT * FROM (VALUES
      ('petra_app', app, format('(SELECT petra.kind()) IN (''member'', ''guest'', ''worker'') AND (%s)', condition)),
      ('petra_worker', worker, format('(SELECT petra.kind()) = ''worker'' AND (%s)', condition)),
      ('petra_operator', operator, '(SELECT petra.kind()) = ''operator''')) AS w (role, verbs, test)
  LOOP
    FOREACH verb IN ARRAY string_to_array(who.verbs, ' ') LOOP
      EXECUTE format('GRANT %s ON %s TO %I', verb, tab, who.role);
      EXECUTE format('CREATE POLICY %I ON %s FOR %s TO %I %s %s', who.role || '_' || lower(verb), tab, verb, who.role,
        CASE WHEN verb <> 'INSERT' THEN format('USING (%s)', who.test) END,
        CASE WHEN verb IN ('INSERT', 'UPDATE') THEN format('WITH CHECK (%s)', who.test) END);
    END LOOP;
  END LOOP;
END $$;
--> statement-breakpoint
CALL petra.protect('organizations', 'id = (SELECT petra.org_id())', 'SELECT UPDATE', 'SELECT', 'SELECT');
--> statement-breakpoint
CALL petra.protect('members',
  $$(org_id = (SELECT petra.org_id()) AND ((SELECT petra.kind()) <> 'guest' OR id = (SELECT petra.member_id())))
    OR (org_id IS NULL AND (SELECT petra.kind()) = 'worker')$$,
  'SELECT INSERT UPDATE', 'SELECT', 'SELECT');
--> statement-breakpoint
CALL petra.protect('tenants',
  $$org_id = (SELECT petra.org_id()) AND petra.names_tenant(id)
    AND (NOT is_sensitive OR (SELECT petra.flag('app.sees_sensitive')))$$,
  'SELECT INSERT UPDATE', 'SELECT UPDATE', 'SELECT UPDATE');
--> statement-breakpoint
CALL petra.protect('member_tenants',
  $$org_id = (SELECT petra.org_id()) AND ((SELECT petra.kind()) <> 'guest' OR member_id = (SELECT petra.member_id()))
    AND tenant_id IN (SELECT t.id FROM tenants t)$$,
  'SELECT INSERT DELETE', 'SELECT', 'SELECT');
--> statement-breakpoint
CALL petra.protect('consent_links', 'org_id = (SELECT petra.org_id()) AND tenant_id IN (SELECT t.id FROM tenants t)',
  'SELECT INSERT UPDATE', 'SELECT UPDATE', 'SELECT');
--> statement-breakpoint
-- D9: an unpublished incident is for those who may remediate.
CALL petra.protect('incidents',
  $$org_id = (SELECT petra.org_id())
    AND (published_at IS NOT NULL OR (SELECT petra.flag('app.sees_unpublished')))
    AND tenant_id IN (SELECT t.id FROM tenants t WHERE (SELECT petra.flag('app.sees_paused'))
      OR t.phase NOT IN ('paused', 'removed') OR (t.phase = 'paused' AND incidents.status = 'open'))$$,
  'SELECT', 'SELECT INSERT UPDATE', 'SELECT');
--> statement-breakpoint
DO $$
DECLARE
  tab text;
  mine text;
BEGIN
  FOREACH tab IN ARRAY ARRAY['accounts', 'account_aliases', 'watermarks', 'raw_pages', 'events', 'quarantine', 'scans',
    'coverage', 'failed_attacks', 'notables'] LOOP
    CALL petra.protect(tab::regclass,
      'org_id = (SELECT petra.org_id()) AND tenant_id IN (SELECT petra.data_tenants())',
      CASE WHEN tab IN ('raw_pages', 'quarantine') THEN '' ELSE 'SELECT' END,
      CASE WHEN tab IN ('raw_pages', 'events') THEN 'SELECT INSERT UPDATE' ELSE 'SELECT INSERT UPDATE DELETE' END,
      'SELECT');
  END LOOP;
  FOREACH tab IN ARRAY ARRAY['detection_signals', 'incident_rows', 'artifacts', 'phish_messages', 'phish_copies',
    'incident_steps', 'actions', 'watches'] LOOP
    mine := format('org_id = (SELECT petra.org_id()) AND EXISTS (SELECT 1 FROM incidents i WHERE i.id = %1$I.incident_id
      AND i.tenant_id = %1$I.tenant_id)', tab);
    CALL petra.protect(tab::regclass, mine, 'SELECT',
      CASE WHEN tab = 'actions' THEN 'SELECT INSERT UPDATE' ELSE 'SELECT INSERT UPDATE DELETE' END, 'SELECT');
  END LOOP;
END $$;
--> statement-breakpoint
CALL petra.protect('commands',
  $$org_id = (SELECT petra.org_id()) AND tenant_id IN (SELECT t.id FROM tenants t)
    AND (incident_id IS NULL
      OR EXISTS (SELECT 1 FROM incidents i WHERE i.id = commands.incident_id AND i.tenant_id = commands.tenant_id))$$,
  'SELECT INSERT UPDATE', 'SELECT UPDATE', 'SELECT INSERT UPDATE');
--> statement-breakpoint
-- Append-only: nobody holds UPDATE or DELETE.
CALL petra.protect('audit',
  $$org_id = (SELECT petra.org_id())
    AND (tenant_id IS NULL AND (SELECT petra.kind()) <> 'guest' OR tenant_id IN (SELECT t.id FROM tenants t))
    AND (incident_id IS NULL OR EXISTS (SELECT 1 FROM incidents i WHERE i.id = audit.incident_id))$$,
  'SELECT INSERT', 'SELECT INSERT', 'SELECT INSERT');
--> statement-breakpoint
CALL petra.protect('notification_methods',
  $$org_id = (SELECT petra.org_id()) AND (SELECT petra.kind()) <> 'guest'
    AND (tenant_id IS NULL OR tenant_id IN (SELECT t.id FROM tenants t))$$,
  'SELECT INSERT UPDATE DELETE', 'SELECT', 'SELECT');
--> statement-breakpoint
CALL petra.protect('outbox',
  $$org_id = (SELECT petra.org_id()) AND (SELECT petra.kind()) <> 'guest'
    AND (tenant_id IS NULL OR tenant_id IN (SELECT t.id FROM tenants t))
    AND (incident_id IS NULL OR EXISTS (SELECT 1 FROM incidents i WHERE i.id = outbox.incident_id))$$,
  'SELECT INSERT', 'SELECT INSERT UPDATE', 'SELECT');
--> statement-breakpoint
-- S40: only the person who ordered the password reads its row, and reading it deletes it.
CALL petra.protect('sealed_secrets',
  $$org_id = (SELECT petra.org_id())
    AND ((SELECT petra.kind()) = 'worker' OR for_member_id = (SELECT petra.member_id()))
    AND EXISTS (SELECT 1 FROM incidents i WHERE i.id = sealed_secrets.incident_id
      AND i.tenant_id = sealed_secrets.tenant_id)$$,
  'SELECT DELETE', 'SELECT INSERT DELETE', '');
--> statement-breakpoint
GRANT SELECT, DELETE ON sealed_secrets TO petra_operator;
--> statement-breakpoint
CREATE POLICY petra_operator_select ON sealed_secrets FOR SELECT TO petra_operator
USING ((SELECT petra.kind()) = 'operator' AND for_member_id = (SELECT petra.member_id()));
--> statement-breakpoint
CREATE POLICY petra_operator_delete ON sealed_secrets FOR DELETE TO petra_operator
USING ((SELECT petra.kind()) = 'operator' AND for_member_id = (SELECT petra.member_id()));
--> statement-breakpoint
-- Wrapped keys are read and made through functions only.
CALL petra.protect('data_keys', 'false', '', '', '');
--> statement-breakpoint
-- Weekly partitions of the event store (D25); the default partition is the net for times nobody expected.
CREATE TABLE events_default PARTITION OF events DEFAULT;
--> statement-breakpoint
CREATE FUNCTION petra.ensure_event_partitions(from_at timestamptz, to_at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  week timestamptz := date_trunc('week', from_at, 'UTC');
  name text;
  made integer := 0;
BEGIN
  IF to_at < from_at OR to_at - from_at > interval '1100 days' THEN
    RAISE EXCEPTION 'event partitions: the range from % to % is not sensible', from_at, to_at;
  END IF;
  WHILE week <= to_at LOOP
    name := 'events_' || to_char(week AT TIME ZONE 'UTC', 'YYYYMMDD');
    IF to_regclass('public.' || name) IS NULL THEN
      PERFORM pg_advisory_xact_lock(hashtext('petra.events'));
      IF to_regclass('public.' || name) IS NULL THEN
        EXECUTE format('CREATE TABLE public.%I (LIKE public.events INCLUDING ALL)', name);
        EXECUTE format('WITH moved AS (DELETE FROM public.events_default WHERE occurred_at >= %L AND occurred_at < %L
          RETURNING *) INSERT INTO public.%I SELECT * FROM moved', week, week + interval '7 days', name);
        EXECUTE format('ALTER TABLE public.events ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
          name, week, week + interval '7 days');
        made := made + 1;
      END IF;
    END IF;
    week := week + interval '7 days';
  END LOOP;
  RETURN made;
END $$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION petra.ensure_event_partitions TO petra_worker;
--> statement-breakpoint
SELECT petra.ensure_event_partitions(now() - interval '200 days', now() + interval '28 days');
--> statement-breakpoint
-- Sign-in: who is the person behind a proven address. Links the member to the sign-in identity at the first time.
CREATE FUNCTION petra.member_of(p_auth_user_id text, p_verified_email text) RETURNS uuid
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  UPDATE public.members SET auth_user_id = p_auth_user_id
  WHERE auth_user_id IS NULL AND lower(email) = lower(p_verified_email) AND is_active;
  SELECT id FROM public.members WHERE auth_user_id = p_auth_user_id AND is_active;
$$;
--> statement-breakpoint
CREATE FUNCTION petra.viewer(p_member_id uuid) RETURNS TABLE (member_id uuid, org_id uuid, org_name text, name text,
  email text, role text, can_manage_tenants boolean, can_view_sensitive boolean, is_read_only boolean, tenant_ids uuid[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  SELECT m.id, m.org_id, o.name, m.name, m.email, m.role, m.can_manage_tenants, m.can_view_sensitive, m.is_read_only,
    coalesce((SELECT array_agg(t.tenant_id) FROM public.member_tenants t WHERE t.member_id = m.id), '{}')
  FROM public.members m LEFT JOIN public.organizations o ON o.id = m.org_id
  WHERE m.id = p_member_id AND m.is_active
$$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION petra.member_of, petra.viewer TO petra_app;
--> statement-breakpoint
-- Consent comes back without a session: the single-use state says whose it is.
CREATE FUNCTION petra.consent_by_state(p_state_hash text) RETURNS TABLE (consent_id uuid, org_id uuid, tenant_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT c.id, c.org_id, c.tenant_id FROM public.consent_links c WHERE c.state_hash = p_state_hash $$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION petra.consent_by_state TO petra_app;
--> statement-breakpoint
-- What the collector, the relay and the outbox walk across organizations: ids and times, no text of a tenant.
CREATE FUNCTION petra.worker_tenants() RETURNS TABLE (tenant_id uuid, tenant_key integer, org_id uuid,
  microsoft_tenant_id uuid, phase text, is_scan_only boolean, response_enabled boolean, access_lost_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT id, key, org_id, microsoft_tenant_id, phase, is_scan_only, response_enabled, access_lost_at
  FROM public.tenants WHERE phase <> 'removed' ORDER BY key $$;
--> statement-breakpoint
CREATE FUNCTION petra.org_of_tenant(p_tenant_id uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT org_id FROM public.tenants WHERE id = p_tenant_id $$;
--> statement-breakpoint
CREATE FUNCTION petra.due_watches(p_now timestamptz, p_limit integer) RETURNS TABLE (watch_id uuid, org_id uuid,
  tenant_id uuid, incident_id uuid, kind text, due_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT id, org_id, tenant_id, incident_id, kind, due_at FROM public.watches
  WHERE state = 'watching' AND due_at <= p_now ORDER BY due_at LIMIT p_limit $$;
--> statement-breakpoint
CREATE FUNCTION petra.waiting_commands(p_signalled_before timestamptz, p_limit integer) RETURNS TABLE (command_id uuid,
  org_id uuid, tenant_id uuid, incident_id uuid, kind text, issued_at timestamptz, expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT id, org_id, tenant_id, incident_id, kind, issued_at, expires_at FROM public.commands
  WHERE state = 'sent' AND (signalled_at IS NULL OR signalled_at < p_signalled_before) ORDER BY issued_at LIMIT p_limit $$;
--> statement-breakpoint
CREATE FUNCTION petra.waiting_outbox(p_now timestamptz, p_limit integer) RETURNS TABLE (outbox_id uuid, org_id uuid,
  tenant_id uuid, attempts integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT id, org_id, tenant_id, attempts FROM public.outbox
  WHERE state = 'waiting' AND next_at <= p_now ORDER BY next_at LIMIT p_limit $$;
--> statement-breakpoint
CREATE FUNCTION petra.open_incidents() RETURNS TABLE (incident_id uuid, org_id uuid, tenant_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT id, org_id, tenant_id FROM public.incidents WHERE status = 'open' ORDER BY detected_at $$;
--> statement-breakpoint
-- The next readable number of an organization; holds other callers of the organization until the transaction ends.
CREATE FUNCTION petra.next_incident_number() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('petra.incident_number'), hashtext(petra.org_id()::text));
  RETURN (SELECT coalesce(max(number), 0) + 1 FROM public.incidents WHERE org_id = petra.org_id());
END $$;
--> statement-breakpoint
-- D24: the fourteen days run once per Microsoft tenant, whoever onboards it.
CREATE FUNCTION petra.first_trial_end(p_microsoft_tenant_id uuid) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT min(trial_ends_at) FROM public.tenants WHERE microsoft_tenant_id = p_microsoft_tenant_id $$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION petra.worker_tenants, petra.org_of_tenant, petra.due_watches, petra.waiting_commands,
  petra.waiting_outbox, petra.open_incidents, petra.next_incident_number, petra.first_trial_end TO petra_worker;
--> statement-breakpoint
-- Data keys of the payload codec (D28), wrapped by the master key.
CREATE FUNCTION petra.data_key(p_key_id text) RETURNS TABLE (key_id text, tenant_id uuid, wrapped bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT key_id, tenant_id, wrapped FROM public.data_keys WHERE key_id = p_key_id $$;
--> statement-breakpoint
CREATE FUNCTION petra.data_key_of(p_tenant_id uuid) RETURNS TABLE (key_id text, tenant_id uuid, wrapped bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT key_id, tenant_id, wrapped FROM public.data_keys
  WHERE tenant_id IS NOT DISTINCT FROM p_tenant_id ORDER BY created_at LIMIT 1 $$;
--> statement-breakpoint
CREATE FUNCTION petra.add_data_key(p_key_id text, p_tenant_id uuid, p_wrapped bytea, p_now timestamptz)
RETURNS TABLE (key_id text, tenant_id uuid, wrapped bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('petra.data_keys'), hashtext(coalesce(p_tenant_id::text, '')));
  INSERT INTO public.data_keys (key_id, org_id, tenant_id, wrapped, created_at)
    SELECT p_key_id, (SELECT t.org_id FROM public.tenants t WHERE t.id = p_tenant_id), p_tenant_id, p_wrapped, p_now
    WHERE NOT EXISTS (SELECT 1 FROM public.data_keys k WHERE k.tenant_id IS NOT DISTINCT FROM p_tenant_id);
  RETURN QUERY SELECT * FROM petra.data_key_of(p_tenant_id);
END $$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION petra.data_key, petra.data_key_of, petra.add_data_key TO petra_app, petra_worker, petra_operator;
--> statement-breakpoint
-- Live pages: ids only; whoever listens reads again in a scope of its own.
CREATE FUNCTION petra.tell_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  r jsonb := to_jsonb(NEW);
BEGIN
  PERFORM pg_notify('petra_changes', json_build_object('of', TG_TABLE_NAME, 'orgId', r ->> 'org_id',
    'tenantId', CASE TG_TABLE_NAME WHEN 'tenants' THEN r ->> 'id' ELSE r ->> 'tenant_id' END,
    'incidentId', CASE TG_TABLE_NAME WHEN 'incidents' THEN r ->> 'id' ELSE r ->> 'incident_id' END,
    'commandId', CASE TG_TABLE_NAME WHEN 'commands' THEN r ->> 'id' END,
    'scanId', CASE TG_TABLE_NAME WHEN 'scans' THEN r ->> 'id' ELSE r ->> 'scan_id' END)::text);
  RETURN NULL;
END $$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION petra.tell_change TO petra_app, petra_worker, petra_operator;
--> statement-breakpoint
DO $$
DECLARE
  tab text;
BEGIN
  FOREACH tab IN ARRAY ARRAY['tenants', 'incidents', 'incident_steps', 'artifacts', 'phish_messages', 'phish_copies',
    'actions', 'commands', 'scans', 'coverage', 'outbox'] LOOP
    EXECUTE format('CREATE TRIGGER tell_change AFTER INSERT OR UPDATE ON %I FOR EACH ROW
      EXECUTE FUNCTION petra.tell_change()', tab);
  END LOOP;
END $$;
