ALTER TABLE "tenants" ADD COLUMN "emergency_accounts" jsonb DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "emergency_confirmed" jsonb;--> statement-breakpoint
ALTER TABLE "tenants" DROP COLUMN "break_glass_object_ids";