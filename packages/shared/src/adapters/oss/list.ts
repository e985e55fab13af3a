import { Fault } from "../../domain/fault.ts";
import type { TargetObject } from "../../domain/object.ts";
import type { ListPage, ListRequest } from "../../ports/object-source.ts";
import { takeText } from "../http/http.ts";
import { type ListedPage, readListPage } from "../xml/list-page.ts";
import type { OssClient } from "./client.ts";
import { faultOfAnswer } from "./faults.ts";

/** Asks for one page, behind a key rather than by a token. */
export async function listPage(
  client: OssClient,
  { after, prefix, limit }: ListRequest,
  signal: AbortSignal,
): Promise<ListPage<TargetObject>> {
  const query: Record<string, string> = { "encoding-type": "url", "list-type": "2", "max-keys": limit.toString() };
  if (prefix !== "") query["prefix"] = prefix;
  if (after !== undefined) query["start-after"] = after;
  const answer = await client.send({ method: "GET", key: "", query }, signal);
  if (answer.status !== 200) throw faultOfAnswer(answer);
  const text = takeText(answer);
  const page = readPage(text);
  if (page === undefined || (page.truncated && page.entries.length === 0)) {
    throw new Fault("TARGET_FAILED", "transient", { said: `not a whole listing: ${text.slice(0, 200)}` });
  }
  return {
    objects: page.entries.map(({ key, sizeBytes, etag, lastModifiedMs }) => ({
      key,
      sizeBytes,
      etag,
      lastModifiedMs,
      crc64: undefined,
      recorded: undefined,
    })),
    more: page.truncated,
    last: page.entries.at(-1)?.key,
  };
}

/** Asked again, the store would say the same: no key can be made of it. */
function readPage(text: string): ListedPage | undefined {
  try {
    return readListPage(text);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    const said = "a key of the listing is not percent-encoded UTF-8";
    throw new Fault("TARGET_REFUSED", "permanent", { cause: error, said });
  }
}
