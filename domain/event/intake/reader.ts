import { nested } from "../normalize/case.ts";
import { isRaw, object, type Raw, text } from "../normalize/raw.ts";
import { columnName } from "../normalize/table-row.ts";
import { CsvReader, delimiterOf, MAX_LINE } from "./csv.ts";
import { JsonValues } from "./json-values.ts";
import { portalAudit, portalSignIn } from "./portal-csv.ts";

/** One raw record as read from a file, or what could not be read, with its line (0 = the file as a whole). */
export type Read = { line: number; raw: unknown } | { line: number; fault: string };

/** What a file turned out to be, by content. `not-a-log` is reported once and not read further. */
export type Format = "purview-csv" | "table-csv" | "sign-in-csv" | "audit-csv" | "json" | "not-a-log";

const TABLE_TIME =
  /^(TimeGenerated|CreatedDateTime|CreationTime|CreationDate|ActivityDateTime|time|Timestamp|@timestamp)$/i;
const TABLE_WORD =
  /^(Operation|OperationName|Operations|ActivityDisplayName|UserPrincipalName|InitiatedBy|TargetResources|ServicePrincipalId|AccountUpn|AccountObjectId|(?:o365|azure)\..+)$/i;
/** A member of a member in one name, as tables are made of nested records. */
const DOTTED = /^[A-Za-z_]\w*(?:\.\w+)+$/;
const PAYLOADS = new Set(["auditdata", "audit data", "audit_data", "rawauditdata", "raweventdata"]);

function payloadColumn(headers: readonly string[]): number {
  return headers.findIndex((h) => PAYLOADS.has(h.trim().toLowerCase()));
}

/** Recognises a header line; undefined when the columns are no log of ours. */
export function formatOfHeader(headers: readonly string[]): Exclude<Format, "json" | "not-a-log"> | undefined {
  const names = headers.map(columnName);
  if (payloadColumn(names) >= 0) return "purview-csv";
  if (names.some((n) => /^date \(utc\)$/i.test(n)) && names.some((n) => /^(request id|ip address)$/i.test(n)))
    return "sign-in-csv";
  if (names.some((n) => /^date \(utc\)$/i.test(n)) && names.some((n) => /^activity$/i.test(n))) return "audit-csv";
  const known = names.filter((n) => TABLE_WORD.test(n)).length;
  return known >= 1 &&
    (names.some((n) => TABLE_TIME.test(n)) || known >= 3 || names.some((n) => /^(IPAddress|OfficeWorkload)$/i.test(n)))
    ? "table-csv"
    : undefined;
}

/** The answer of a Log Analytics query: tables of columns and rows, in the newer and the older spelling. */
function tableRows(value: Raw): Raw[] | undefined {
  const tables = value.tables ?? value.Tables;
  if (!Array.isArray(tables) || tables.length === 0 || !tables.every(isRaw)) return undefined;
  return tables.flatMap((table) => {
    const columns = table.columns ?? table.Columns;
    const rows = table.rows ?? table.Rows;
    if (!Array.isArray(columns) || !Array.isArray(rows)) return [];
    const names = columns.map((c) => (isRaw(c) ? text(c, "name", "ColumnName") : undefined));
    return rows.filter(Array.isArray).map((row) => {
      const out: Record<string, unknown> = {};
      names.forEach((name, i) => {
        if (name && name !== "__proto__") out[name] = row[i];
      });
      return out;
    });
  });
}

/** Records inside a wrapper: Graph pages, Azure Monitor batches, query results, answers of Elasticsearch. */
function unfold(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(unfold);
  if (!isRaw(value)) return [value];
  const tables = tableRows(value);
  if (tables) return tables;
  const hits = object(value, "hits")?.hits;
  if (Array.isArray(hits)) return hits;
  for (const name of ["value", "records", "Records", "results", "data"]) {
    const inner = value[name];
    if (
      Array.isArray(inner) &&
      inner.every(isRaw) &&
      text(value, "Operation", "id", "Id", "operationName") === undefined
    )
      return inner;
  }
  return [value];
}

const SNIFF = 64 * 1024;

/**
 * Turns decoded text, piece by piece, into raw records, deciding by content what the text is. Bounded in line, field
 * and value length; a broken stretch is one fault and reading goes on.
 */
export class LogReader {
  format: Format | undefined;
  #head = "";
  #csv: CsvReader | undefined;
  #headers: string[] = [];
  #json: JsonValues | undefined;

  push(piece: string): Read[] {
    if (this.format === "not-a-log") return [];
    if (this.format !== undefined) return this.#feed(piece);
    this.#head += piece;
    const first = this.#head.replace(/^\uFEFF?\s*/, "")[0];
    if (first === undefined) return this.#head.length > SNIFF ? this.#refuse() : [];
    if (first === "{" || first === "[") {
      this.format = "json";
      this.#json = new JsonValues();
      return this.#feed(this.#head);
    }
    const newline = this.#head.indexOf("\n");
    if (newline < 0) return this.#head.length > MAX_LINE ? this.#refuse() : [];
    return this.#startCsv(newline);
  }

  end(): Read[] {
    if (this.format === undefined) {
      if (this.#head.trim() === "") return this.#refuse("file is empty");
      const rest = this.push("\n");
      return [...rest, ...(this.format === undefined ? this.#refuse() : this.end())];
    }
    if (this.#csv) return this.#csvRows(this.#csv.end());
    return this.#json ? this.#jsonRecords(this.#json.end()) : [];
  }

  #refuse(reason = "not a log of a known kind"): Read[] {
    this.format = "not-a-log";
    this.#head = "";
    return [{ line: 0, fault: reason }];
  }

  #startCsv(newline: number): Read[] {
    const body = this.#head.replace(/^\uFEFF/, "");
    const header = body.slice(0, body.indexOf("\n") < 0 ? newline : body.indexOf("\n"));
    const blank = header.trim() === "" || /^#TYPE\b/i.test(header) || /^sep=/i.test(header);
    if (blank) {
      this.#head = body.slice(header.length + 1);
      return this.#head === "" ? [] : this.push("");
    }
    const delimiter = delimiterOf(header);
    const reader = new CsvReader(delimiter, 1);
    const [row] = reader.push(`${header}\n`);
    const headers = row && "fields" in row ? row.fields : [];
    const format = formatOfHeader(headers);
    if (!format) return this.#refuse();
    this.format = format;
    this.#headers = headers.map((h) => h.replace(/^\uFEFF/, "").trim());
    this.#csv = new CsvReader(delimiter, 2);
    const rest = body.slice(header.length + 1);
    this.#head = "";
    return this.#csvRows(this.#csv.push(rest));
  }

  #feed(piece: string): Read[] {
    this.#head = "";
    if (this.#csv) return this.#csvRows(this.#csv.push(piece));
    return this.#json ? this.#jsonRecords(this.#json.push(piece)) : [];
  }

  #csvRows(rows: ReturnType<CsvReader["push"]>): Read[] {
    return rows.map((row) => ("fault" in row ? row : { line: row.line, raw: this.#record(row.fields) }));
  }

  #record(fields: readonly string[]): unknown {
    const row: Record<string, string> = Object.create(null) as Record<string, string>;
    const portal = this.format === "sign-in-csv" || this.format === "audit-csv";
    const key = (h: string): string => (portal ? h.toLowerCase() : h);
    this.#headers.forEach((header, index) => {
      const value = fields[index];
      if (value !== undefined && header !== "__proto__") row[key(header)] = value;
    });
    if (this.format === "sign-in-csv") return portalSignIn(row);
    if (this.format === "audit-csv") return portalAudit(row);
    if (this.format === "table-csv") return nested({ ...row }, DOTTED);
    return { AuditData: fields[payloadColumn(this.#headers.map(columnName))] ?? "" };
  }

  #jsonRecords(values: ReturnType<JsonValues["push"]>): Read[] {
    return values.flatMap((value): Read[] => {
      if ("fault" in value) return [value];
      try {
        return unfold(JSON.parse(value.text)).map((raw) => ({ line: value.line, raw }));
      } catch {
        return [{ line: value.line, fault: "broken JSON" }];
      }
    });
  }
}
