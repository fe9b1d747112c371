interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  pattern?: string;
  const?: unknown;
}

interface Document {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { $ref?: string; content?: Record<string, { schema: Schema }> }> }>
  >;
  components: {
    schemas: Record<string, Schema>;
    responses?: Record<string, { content?: Record<string, { schema: Schema }> }>;
  };
}

/** Checks answers against an OpenAPI document: the keywords the Graph subset uses, nothing more. */
export class SchemaCheck {
  private readonly document: Document;

  constructor(document: unknown) {
    this.document = document as Document;
  }

  /** Problems of a 2xx JSON answer of `method path-template`; throws when the document does not describe it. */
  problems(method: string, template: string, status: number, body: unknown): string[] {
    const responses = this.document.paths[template]?.[method.toLowerCase()]?.responses;
    const found = responses?.[String(status)] ?? responses?.["2XX"];
    const response = found?.$ref ? this.document.components.responses?.[found.$ref.split("/").pop() ?? ""] : found;
    const schema = response?.content?.["application/json"]?.schema;
    if (!schema) throw new Error(`no schema for ${method} ${template} ${status}`);
    return this.check(schema, body, "$");
  }

  private check(schema: Schema, value: unknown, at: string): string[] {
    if (schema.$ref) {
      const name = schema.$ref.split("/").pop() ?? "";
      const target = this.document.components.schemas[decodeURIComponent(name)];
      return target ? this.check(target, value, at) : [`${at}: dangling ${schema.$ref}`];
    }
    const out: string[] = [];
    for (const part of schema.allOf ?? []) out.push(...this.check(part, value, at));
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices) {
      const tried = choices.map((choice) => this.check(choice, value, at));
      if (!tried.some((t) => t.length === 0)) out.push(...(tried.toSorted((a, b) => a.length - b.length)[0] ?? []));
    }
    if (schema.type && ![schema.type].flat().some((type) => isType(type, value)))
      return [...out, `${at}: is not ${schema.type}`];
    if (schema.enum && !schema.enum.includes(value)) out.push(`${at}: '${String(value)}' is not one of the enum`);
    if (schema.const !== undefined && schema.const !== value) out.push(`${at}: is not '${String(schema.const)}'`);
    if (schema.pattern && typeof value === "string" && !new RegExp(schema.pattern, "u").test(value))
      out.push(`${at}: '${value}' does not match ${schema.pattern}`);
    if (Array.isArray(value) && schema.items)
      for (const [index, item] of value.entries()) out.push(...this.check(schema.items, item, `${at}[${index}]`));
    if (value !== null && typeof value === "object" && !Array.isArray(value))
      out.push(...this.checkObject(schema, value as Record<string, unknown>, at));
    return out;
  }

  private checkObject(schema: Schema, value: Record<string, unknown>, at: string): string[] {
    const out = (schema.required ?? []).filter((name) => !(name in value)).map((name) => `${at}: '${name}' is missing`);
    for (const [key, member] of Object.entries(value)) {
      const known = schema.properties?.[key];
      const pattern = Object.entries(schema.patternProperties ?? {}).find(([p]) => new RegExp(p, "u").test(key))?.[1];
      if (known) out.push(...this.check(known, member, `${at}.${key}`));
      else if (pattern) out.push(...this.check(pattern, member, `${at}.${key}`));
      else if (schema.additionalProperties === false) out.push(`${at}: '${key}' is unknown`);
    }
    return out;
  }
}

function isType(type: string, value: unknown): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "object":
      return value !== null && typeof value === "object" && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}
