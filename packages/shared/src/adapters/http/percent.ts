import { Fault } from "../../domain/fault.ts";

const PLAIN_PATH = /^[A-Za-z0-9\-._~/]*$/;
const PLAIN_QUERY = /^[A-Za-z0-9\-._~]*$/;

/** A key as both stores' signatures write it in a path: every byte encoded but letters, digits, `-._~` and `/`. */
export function encodePath(key: string): string {
  return PLAIN_PATH.test(key) ? key : encode(key).replaceAll("%2F", "/");
}

/** A query's value as both stores' signatures write it. */
function encodeQuery(value: string): string {
  return PLAIN_QUERY.test(value) ? value : encode(value);
}

/** A query, names sorted as signatures want them. A value of "" leaves the name alone where `bare` says so. */
export function encodeQueries(query: Readonly<Record<string, string>>, empty: "bare" | "equals"): string {
  return Object.entries(query)
    .map(([name, value]) => [encodeQuery(name), encodeQuery(value)] as const)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => (value === "" && empty === "bare" ? name : `${name}=${value}`))
    .join("&");
}

function encode(text: string): string {
  if (!text.isWellFormed()) throw new Fault("KEY_INVALID", "permanent", { said: "half a surrogate pair is no text" });
  return encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}
