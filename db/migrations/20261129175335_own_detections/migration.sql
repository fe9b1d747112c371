-- What the worker found in the folder of own detections: of the installation, not of an organization, so outside of the tables
-- that carry one, and reached through these two functions alone. It holds titles and file names, no text of a tenant.
CREATE TABLE petra.own_detections (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  told_at timestamptz NOT NULL,
  content jsonb NOT NULL CHECK (octet_length(content::text) < 4000000)
);
--> statement-breakpoint
CREATE FUNCTION petra.tell_own_detections(p_content jsonb, p_now timestamptz) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  INSERT INTO petra.own_detections (told_at, content) VALUES (p_now, p_content)
  ON CONFLICT (is_only) DO UPDATE SET told_at = excluded.told_at, content = excluded.content
$$;
--> statement-breakpoint
CREATE FUNCTION petra.own_detections_told() RETURNS TABLE (told_at timestamptz, content jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT o.told_at, o.content FROM petra.own_detections o $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION petra.tell_own_detections, petra.own_detections_told FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION petra.tell_own_detections TO petra_worker;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION petra.own_detections_told TO petra_app, petra_operator;
