CREATE TABLE "drills" (
	"tenant_id" uuid PRIMARY KEY,
	"org_id" uuid NOT NULL,
	"story" text NOT NULL,
	"title" text NOT NULL,
	"response_enabled" boolean NOT NULL,
	"trainee" jsonb NOT NULL,
	"trainee_email" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"attacked_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"discarded_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "is_drill" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "drills_org" ON "drills" ("org_id","started_at");
--> statement-breakpoint
CALL petra.protect('drills',
  $$org_id = (SELECT petra.org_id()) AND (SELECT petra.kind()) <> 'guest' AND tenant_id IN (SELECT t.id FROM tenants t)$$,
  'SELECT INSERT UPDATE', 'SELECT', 'SELECT');
