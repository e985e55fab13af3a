import * as fc from "fast-check";

/** As much of a JSON schema as the API's description uses. */
export interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly $ref?: string;
}

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  readonly schema: Schema;
}

export interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}

export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

/** One request that fits the description, nearly fits it, or does not fit it at all. */
export interface AnyRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Names that the fuzzed service has jobs under, among any others. */
const ids = (known: readonly string[]) =>
  fc.oneof(
    fc.constantFrom(...known),
    fc.constantFrom(...known),
    fc.string({ minLength: 1, maxLength: 300, unit: "binary" }),
    fc.uuid(),
  );
const headerText = fc
  .string({ maxLength: 300, unit: "binary" })
  .map((text) => text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, "?"));

/** Requests of one operation; a third of their values are anything. */
export function requestsOf(
  path: string,
  { parameters = [], requestBody }: Operation,
  { description, known }: { readonly description: Description; readonly known: readonly string[] },
): fc.Arbitrary<AnyRequest> {
  const values = createValues(description);
  const named = (place: Parameter["in"]) => parameters.filter((parameter) => parameter.in === place);
  const texts = (place: "query" | "header", wild: fc.Arbitrary<string>) =>
    fc.record(
      Object.fromEntries(
        named(place).map(({ name, schema }) => [
          name,
          fc.oneof({ weight: 4, arbitrary: values(schema).map(textOf) }, { weight: 1, arbitrary: wild }),
        ]),
      ),
      { requiredKeys: [] },
    );
  const body = requestBody?.content["application/json"]?.schema;
  return fc.record({
    url: fc.tuple(ids(known), texts("query", fc.string({ unit: "binary", maxLength: 100 }))).map(([id, query]) => {
      const search = new URLSearchParams(Object.entries(query).map(([name, text]) => [name, text ?? ""])).toString();
      return `${path.replaceAll(/\{\w+\}/g, encodeURIComponent(id.toWellFormed()))}${search === "" ? "" : `?${search}`}`;
    }),
    headers: texts("header", headerText).map((headers) =>
      Object.fromEntries(
        Object.entries(headers).map(([name, text]) => [name, (text ?? "").replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, "?")]),
      ),
    ),
    body:
      body === undefined
        ? fc.option(fc.json(), { nil: undefined })
        : fc.oneof(
            values(body).map((value) => JSON.stringify(value)),
            fc.json(),
            fc.string(),
            fc.constant(undefined),
          ),
  });
}

/** Values of a schema; at each place there may be anything instead. */
function createValues(description: Description): (schema: Schema) => fc.Arbitrary<unknown> {
  const values = (schema: Schema, depth = 0): fc.Arbitrary<unknown> =>
    fc.oneof({ weight: 40, arbitrary: fitting(schema, depth) }, { weight: 1, arbitrary: fc.jsonValue() });

  const fitting = (schema: Schema, depth: number): fc.Arbitrary<unknown> => {
    if (schema.$ref !== undefined) {
      const found = description.components?.schemas?.[schema.$ref.split("/").at(-1) ?? ""];
      return found === undefined || depth > 6 ? fc.jsonValue() : fitting(found, depth + 1);
    }
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices !== undefined) return fc.oneof(...choices.map((choice) => fitting(choice, depth + 1)));
    if (schema.const !== undefined) return fc.constant(schema.const);
    if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
    switch (schema.type) {
      case "object":
        return record(schema, depth);
      case "array":
        return fc.array(values(schema.items ?? {}, depth + 1), { maxLength: 4 });
      case "integer":
        return fc.oneof(
          fc.integer({ min: schema.minimum ?? -1, max: Math.min(schema.maximum ?? 1e9, 1e9) }),
          fc.integer(),
        );
      case "number":
        return fc.double();
      case "boolean":
        return fc.boolean();
      case "null":
        return fc.constant(null);
      case "string":
        return fc.oneof(fc.string({ maxLength: 40 }), fc.webUrl(), fc.constantFrom("", "09:00", "mon-fri", "0", "-1"));
      case undefined:
      default:
        return fc.jsonValue();
    }
  };
  const record = ({ properties = {}, required = [] }: Schema, depth: number): fc.Arbitrary<unknown> => {
    const fields = Object.entries(properties).map(([name, field]) => [name, values(field, depth + 1)] as const);
    return fc.record(Object.fromEntries(fields), { requiredKeys: required.filter((name) => name in properties) });
  };
  return values;
}

function textOf(value: unknown): string {
  return (typeof value === "string" ? value : JSON.stringify(value)).toWellFormed();
}
