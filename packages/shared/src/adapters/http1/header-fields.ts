/**
 * The header fields of an answer (RFC 9110 §5). Not a record by name: one that gets more than a dozen names becomes a hash table
 * in V8, which costs as much as reading the head. The names are the same in answer after answer, so their map is made once.
 */
export interface HeaderFields {
  /** Where each name, in lower case, has its value. Of a field that is repeated the last one counts. */
  readonly places: ReadonlyMap<string, number>;
  /** One character a byte. */
  readonly values: readonly string[];
}

/** A field's value; undefined: there is none. */
export function fieldOf({ places, values }: HeaderFields, name: string): string | undefined {
  const at = places.get(name);
  return at === undefined ? undefined : values[at];
}

/** The fields of a record as Node and undici give it; of a list of values the last one is kept. */
export function fieldsOfRecord(record: Readonly<Record<string, string | string[] | undefined>>): HeaderFields {
  const places = new Map<string, number>();
  const values: string[] = [];
  for (const [name, value] of Object.entries(record)) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) places.set(name, values.push(last) - 1);
  }
  return { places, values };
}
