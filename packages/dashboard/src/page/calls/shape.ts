/**
 * What an answer of the API must look like, and the value that it then is: undefined where it does not. (The services
 * have zod for this; it alone would be larger than the rest of the page.)
 */
export type Shape<T> = (value: unknown) => T | undefined;

export type ShapeOf<S> = S extends Shape<infer T> ? T : never;

export const text: Shape<string> = (value) => (typeof value === "string" ? value : undefined);
export const amount: Shape<number> = (value) => (typeof value === "number" ? value : undefined);
export const flag: Shape<boolean> = (value) => (typeof value === "boolean" ? value : undefined);

export function oneOf<const T extends string>(words: readonly T[]): Shape<T> {
  return (value) => words.find((word) => word === value);
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value) => (value === null ? null : shape(value));
}

/** Also takes a field that is not there. */
export function orElse<T>(shape: Shape<T>, otherwise: T): Shape<T> {
  return (value) => (value === undefined ? otherwise : shape(value));
}

export function listOf<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) return undefined;
    const items = value.map(shape).filter((item) => item !== undefined);
    return items.length === value.length ? items : undefined;
  };
}

export function mapOf<T>(shape: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value) => {
    if (!isObject(value)) return undefined;
    const made: Record<string, T> = {};
    for (const [name, entry] of Object.entries(value)) {
      const read = shape(entry);
      if (read === undefined) return undefined;
      made[name] = read;
    }
    return made;
  };
}

/** An object with at least these fields; others are left out. */
export function fields<T extends object>(shapes: { readonly [Name in keyof T]: Shape<T[Name]> }): Shape<Readonly<T>> {
  return (value) => {
    if (!isObject(value)) return undefined;
    const made: Partial<T> = {};
    for (const name in shapes) {
      const read = shapes[name](value[name]);
      if (read === undefined) return undefined;
      made[name] = read;
    }
    // Every field of T has been read above.
    return made as T;
  };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
