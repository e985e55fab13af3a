import type { InputFault } from "../calls/answers.ts";
import { isObject } from "../calls/shape.ts";

/** A job as it is being written: whatever JSON it is, the API judges it. */
export type Draft = Readonly<Record<string, unknown>>;

/** What stands at a place such as `source.bucket` or `limits.timetable.0.from`; undefined: nothing. */
export function valueAt(draft: unknown, path: string): unknown {
  let value = draft;
  for (const step of path.split(".")) {
    if (Array.isArray(value)) value = value[Number(step)];
    else if (isObject(value) && Object.hasOwn(value, step)) value = value[step];
    else return undefined;
  }
  return value;
}

/** The draft with another value at a place; undefined takes what is there away, and objects that are left empty too. */
export function withValue(draft: Draft, path: string, value: unknown): Draft {
  const [first = "", ...rest] = path.split(".");
  const inner = draft[first];
  const next = rest.length === 0 ? value : withValue(isObject(inner) ? inner : {}, rest.join("."), value);
  const isEmpty = next === undefined || (rest.length > 0 && isObject(next) && Object.keys(next).length === 0);
  if (!isEmpty) return { ...draft, [first]: next };
  const { [first]: _, ...others } = draft;
  return others;
}

export interface SortedFaults {
  /** Sentences by the path of the field beside which they stand. */
  readonly beside: ReadonlyMap<string, readonly string[]>;
  /** Those that belong to no field. */
  readonly others: readonly InputFault[];
}

/** Finds for each fault the field that it is about: the one at its path, or the nearest around it. */
export function sortFaults(faults: readonly InputFault[], fields: readonly string[]): SortedFaults {
  const beside = new Map<string, readonly string[]>();
  const others: InputFault[] = [];
  for (const fault of faults) {
    const path = fault.path.replaceAll(/\[(\d+)\]/g, ".$1");
    const field = nearest(path, fields);
    if (field === undefined) {
      others.push(fault);
      continue;
    }
    const inside = path.slice(field.length + 1);
    const sentence = inside === "" ? fault.message : `${inside} ${fault.message}`;
    beside.set(field, [...(beside.get(field) ?? []), sentence]);
  }
  return { beside, others };
}

function nearest(path: string, fields: readonly string[]): string | undefined {
  for (let at = path; at !== ""; at = at.slice(0, Math.max(0, at.lastIndexOf(".")))) {
    if (fields.includes(at)) return at;
  }
  return undefined;
}
