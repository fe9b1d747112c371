CREATE TABLE "partner_sign_ins" (
	"org_id" uuid PRIMARY KEY,
	"partner_tenant_id" uuid NOT NULL,
	"upn" text NOT NULL,
	"sealed" bytea NOT NULL,
	"signed_in_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	"lost_at" timestamp with time zone,
	"lost_reason" text
);
--> statement-breakpoint
-- Members see that somebody signed in; what was sealed then opens only with the installation's key.
CALL petra.protect('partner_sign_ins', $$org_id = (SELECT petra.org_id()) AND (SELECT petra.kind()) <> 'guest'$$,
  'SELECT INSERT UPDATE', 'SELECT UPDATE', 'SELECT');
