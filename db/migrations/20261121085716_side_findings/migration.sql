ALTER TABLE "failed_attacks" ADD COLUMN "origins" jsonb DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE "failed_attacks" ADD COLUMN "targets" jsonb DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE "failed_attacks" ADD COLUMN "days" jsonb DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE "failed_attacks" ADD COLUMN "tools" jsonb DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE "notables" ADD COLUMN "type" text DEFAULT 'unusual-act' NOT NULL;--> statement-breakpoint
ALTER TABLE "notables" ADD COLUMN "last_at" timestamp with time zone;--> statement-breakpoint
UPDATE "notables" SET "last_at" = "at";--> statement-breakpoint
ALTER TABLE "notables" ALTER COLUMN "last_at" SET NOT NULL;--> statement-breakpoint
DELETE FROM "notables" AS old USING "notables" AS newer WHERE old."tenant_id" = newer."tenant_id" AND old."key" = newer."key" AND old."id" < newer."id";--> statement-breakpoint
DELETE FROM "failed_attacks" AS old USING "failed_attacks" AS newer WHERE old."tenant_id" = newer."tenant_id" AND old."key" = newer."key" AND old."id" < newer."id";--> statement-breakpoint
ALTER TABLE "notables" ADD COLUMN "innocent" jsonb DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE "notables" ADD COLUMN "country" text;--> statement-breakpoint
ALTER TABLE "notables" ADD COLUMN "home_country" text;--> statement-breakpoint
ALTER TABLE "notables" ADD COLUMN "network_kind" text;--> statement-breakpoint
ALTER TABLE "notables" ADD COLUMN "network" text;--> statement-breakpoint
ALTER TABLE "notables" ADD COLUMN "records" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
DROP INDEX "notables_tenant";--> statement-breakpoint
CREATE INDEX "notables_tenant" ON "notables" ("tenant_id","last_at");--> statement-breakpoint
CREATE UNIQUE INDEX "failed_attacks_key" ON "failed_attacks" ("org_id","tenant_id","key");--> statement-breakpoint
CREATE UNIQUE INDEX "notables_key" ON "notables" ("org_id","tenant_id","key");