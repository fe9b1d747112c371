CREATE TABLE "audit_chain" (
	"org_id" uuid,
	"position" bigint,
	"audit_seq" bigint NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	"actor_salt" text NOT NULL,
	"body_salt" text NOT NULL,
	"entry_hash" text NOT NULL,
	"previous_hash" text NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "audit_chain_pkey" PRIMARY KEY("org_id","position")
);
--> statement-breakpoint
CREATE TABLE "audit_checkpoints" (
	"org_id" uuid,
	"position" bigint,
	"hash" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"key_id" text,
	"signature" text NOT NULL,
	CONSTRAINT "audit_checkpoints_pkey" PRIMARY KEY("org_id","position","key_id")
);
--> statement-breakpoint
CREATE TABLE "audit_pending" (
	"org_id" uuid,
	"audit_seq" bigint,
	CONSTRAINT "audit_pending_pkey" PRIMARY KEY("org_id","audit_seq")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "audit_chain_seq" ON "audit_chain" ("org_id","audit_seq");