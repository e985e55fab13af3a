import { decodeEntities } from "./elements.ts";

/** An entry of a listing, as both stores write it. */
export interface ListedEntry {
  readonly key: string;
  readonly sizeBytes: number;
  /** Without quotes. */
  readonly etag: string;
  readonly lastModifiedMs: number;
  /** "" where the answer says none. */
  readonly storageClass: string;
}

/** How an answer writes keys: with `encoding-type=url`, or as they are. */
export type Spelling = "url" | "plain";

/** The key that a text of the answer spells. Throws `URIError` where it is not the percent-encoded UTF-8 that it should be. */
export function spelt(text: string, spelling: Spelling): string {
  const key = decodeEntities(text);
  if (spelling === "plain" || (!key.includes("%") && !key.includes("+"))) return key;
  // In this encoding S3 writes a space as `+`.
  return decodeURIComponent(key.replaceAll("+", " "));
}
