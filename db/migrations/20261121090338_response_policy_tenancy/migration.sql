-- Who may see and change policies, the kill switch, exceptions and what belongs to the analysts' queue.
CALL petra.protect('policies',
  $$org_id = (SELECT petra.org_id()) AND (SELECT petra.kind()) <> 'guest'
    AND (tenant_id IS NULL OR tenant_id IN (SELECT t.id FROM tenants t))$$,
  'SELECT INSERT', 'SELECT', 'SELECT');
--> statement-breakpoint
CALL petra.protect('kill_switches',
  $$org_id = (SELECT petra.org_id()) AND (SELECT petra.kind()) <> 'guest'$$,
  'SELECT INSERT UPDATE', 'SELECT', 'SELECT INSERT UPDATE');
--> statement-breakpoint
CALL petra.protect('policy_exceptions',
  $$org_id = (SELECT petra.org_id()) AND (SELECT petra.kind()) <> 'guest' AND tenant_id IN (SELECT t.id FROM tenants t)$$,
  'SELECT INSERT UPDATE', 'SELECT', 'SELECT');
--> statement-breakpoint
DO $$
DECLARE
  tab text;
  mine text;
BEGIN
  FOREACH tab IN ARRAY ARRAY['approvals', 'msp_questions', 'queue_claims'] LOOP
    mine := format('org_id = (SELECT petra.org_id()) AND EXISTS (SELECT 1 FROM incidents i WHERE i.id = %1$I.incident_id
      AND i.tenant_id = %1$I.tenant_id)', tab);
    CALL petra.protect(tab::regclass, mine,
      CASE tab WHEN 'queue_claims' THEN '' ELSE 'SELECT' END,
      CASE tab WHEN 'approvals' THEN 'SELECT INSERT' WHEN 'msp_questions' THEN 'SELECT INSERT UPDATE' ELSE 'SELECT DELETE' END,
      CASE tab WHEN 'queue_claims' THEN 'SELECT INSERT UPDATE DELETE' ELSE 'SELECT' END);
    EXECUTE format('CREATE TRIGGER tell_change AFTER INSERT OR UPDATE ON %I FOR EACH ROW
      EXECUTE FUNCTION petra.tell_change()', tab);
  END LOOP;
END $$;
