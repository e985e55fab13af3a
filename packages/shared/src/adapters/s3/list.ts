import { setImmediate as immediately } from "node:timers/promises";
import { Fault } from "../../domain/fault.ts";
import { compareKeys } from "../../domain/key-order.ts";
import type { SourceObject } from "../../domain/object.ts";
import type { ListPage, ListRequest } from "../../ports/object-source.ts";
import { takeText } from "../http/http.ts";
import { type ListedPage, lastKeyOfMore, readListPage } from "../xml/list-page.ts";
import type { ListedEntry } from "../xml/listed-entry.ts";
import type { S3Client } from "./client.ts";
import { faultOfAnswer } from "./faults.ts";

/** So many empty pages may come in a row, each leading to the next, before the listing counts as broken. */
const MOST_EMPTY_PAGES = 100;

/** Asks for one page, behind a key rather than by a token: any process can go on with it at any time. */
export async function listPage(
  client: S3Client,
  request: ListRequest,
  signal: AbortSignal,
): Promise<ListPage<SourceObject>> {
  let token: string | undefined;
  for (let asked = 0; asked < MOST_EMPTY_PAGES; asked += 1) {
    const page = await ask(client, request, token, signal);
    checkOrder(page.entries, request.after);
    if (page.entries.length > 0 || !page.truncated) {
      const last = page.entries.at(-1)?.key;
      return { objects: page.entries.map(asSource), more: page.truncated, last };
    }
    token = page.nextToken;
    if (token === undefined) break;
  }
  throw new Fault("SOURCE_LISTING_BROKEN", "permanent", { said: "empty pages that promise more" });
}

async function ask(
  client: S3Client,
  { after, prefix, limit, onLast }: ListRequest,
  token: string | undefined,
  signal: AbortSignal,
): Promise<ListedPage> {
  const query: Record<string, string> = { "encoding-type": "url", "list-type": "2", "max-keys": limit.toString() };
  if (prefix !== "") query["prefix"] = prefix;
  if (after !== undefined) query["start-after"] = after;
  if (token !== undefined) query["continuation-token"] = token;
  const answer = await client.send(
    { method: "GET", key: undefined, query, wholeUpToBytes: Number.POSITIVE_INFINITY },
    signal,
  );
  if (answer.status !== 200) throw faultOfAnswer(answer);
  const text = takeText(answer);
  if (onLast !== undefined) await tellLast(text, after, onLast);
  const page = decoded(() => readListPage(text));
  if (page !== undefined) return page;
  throw new Fault("SOURCE_FAILED", "transient", { said: `not a whole listing: ${text.slice(0, 200)}` });
}

/** Tells where the page ends, and lets who is told send the next request before this page is read. */
async function tellLast(text: string, after: string | undefined, onLast: (last: string) => void): Promise<void> {
  const last = decoded(() => lastKeyOfMore(text));
  // Nobody goes back or stays: what is wrong with such a page is said when it is read.
  if (last === undefined || (after !== undefined && compareKeys(after, last) >= 0)) return;
  onLast(last);
  await immediately();
}

/** Asked again, the store would say the same: no key can be made of it. */
function decoded<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    const said = "a key of the listing is not percent-encoded UTF-8";
    throw new Fault("SOURCE_LISTING_BROKEN", "permanent", { cause: error, said });
  }
}

function checkOrder(entries: readonly ListedEntry[], after: string | undefined): void {
  let before = after;
  for (const { key } of entries) {
    if (before !== undefined && compareKeys(before, key) >= 0) {
      throw new Fault("SOURCE_LISTING_BROKEN", "permanent", { said: `${key} came behind ${before}` });
    }
    before = key;
  }
}

function asSource(entry: ListedEntry): SourceObject {
  return entry.storageClass === "" ? { ...entry, storageClass: "STANDARD" } : entry;
}
