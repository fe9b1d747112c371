import { sql } from "drizzle-orm";
import type { OwnDetections } from "#domain/view/detection.ts";
import type { Db } from "../client.ts";
import type { ScopedTx } from "../tenancy.ts";

export type ToldDetections = OwnDetections & { toldAt: string };

/** Keeps what the worker found in the folder of own detections, for the page of the catalogue. */
export async function tellOwnDetections(db: Pick<Db, "orm">, found: OwnDetections, now: string): Promise<void> {
  await db.orm.execute(
    sql`select petra.tell_own_detections(${JSON.stringify(found)}::text::jsonb, ${now}::timestamptz)`,
  );
}

/** What the worker found last; undefined where no worker ever had such a folder. */
export async function readOwnDetections(tx: ScopedTx): Promise<ToldDetections | undefined> {
  type Row = { told_at: string; content: OwnDetections };
  const [row] = [...(await tx.execute<Row>(sql`select * from petra.own_detections_told()`))];
  return row && { ...row.content, toldAt: new Date(row.told_at).toISOString() };
}
