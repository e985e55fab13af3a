import { Fault } from "@causeway/shared/domain/fault.ts";
import { compareKeys } from "@causeway/shared/domain/key-order.ts";
import type { SourceObject } from "@causeway/shared/domain/object.ts";
import type { ListPage, ObjectSource, Signalled } from "@causeway/shared/ports/object-source.ts";

export interface PageRange {
  /** The first page starts behind this key; undefined: at the beginning. */
  readonly after: string | undefined;
  /** The last key that is wanted; undefined: to the end. Read anew for each page: a shard that is split ends earlier. */
  readonly before: string | undefined;
  readonly prefix: string;
}

const pageLimit = 1000;

/**
 * Yields the range's pages in key order. The next page is asked for before the present one is handed out, so that the
 * network works while the planner does. A page that goes backwards, repeats itself or leaves the prefix is the fault
 * SOURCE_LISTING_BROKEN: planning on would lose objects or never end.
 */
export async function* pagesOf(
  source: Pick<ObjectSource, "listPage">,
  range: PageRange,
  { signal }: Signalled,
): AsyncGenerator<readonly SourceObject[]> {
  const left = new AbortController();
  const options = { signal: AbortSignal.any([signal, left.signal]) };
  const ask = (after: string | undefined): Promise<ListPage<SourceObject>> => {
    const asked = source.listPage({ after, prefix: range.prefix, limit: pageLimit }, options);
    // It is awaited one page later; until then a refusal must not count as unhandled.
    asked.catch(() => undefined);
    return asked;
  };
  try {
    let { after } = range;
    let next: Promise<ListPage<SourceObject>> | undefined = ask(after);
    while (next !== undefined) {
      if (after !== undefined && isBeyond(after, range.before)) return;
      const page: ListPage<SourceObject> = await next;
      checkPage(page, after, range.prefix);
      const wanted = upTo(page.objects, range.before);
      const ends: boolean = !page.more || page.last === undefined || isBeyond(page.last, range.before);
      next = ends ? undefined : ask(page.last);
      after = page.last;
      yield wanted;
    }
  } finally {
    left.abort(new Error("the listing was left"));
  }
}

function checkPage(page: ListPage<SourceObject>, after: string | undefined, prefix: string): void {
  let previous = after;
  for (const { key } of page.objects) {
    if (!key.startsWith(prefix)) throw broken(`the key ${JSON.stringify(key)} lies outside the prefix`);
    if (previous !== undefined && compareKeys(key, previous) <= 0) {
      throw broken(`the key ${JSON.stringify(key)} came behind ${JSON.stringify(previous)}`);
    }
    previous = key;
  }
  if (!page.more) return;
  if (page.last === undefined || (after !== undefined && compareKeys(page.last, after) <= 0)) {
    throw broken(`the page behind ${JSON.stringify(after ?? "")} leads back to ${JSON.stringify(page.last ?? "")}`);
  }
}

function broken(said: string): Fault {
  return new Fault("SOURCE_LISTING_BROKEN", "permanent", { said });
}

function upTo(objects: readonly SourceObject[], before: string | undefined): readonly SourceObject[] {
  const last = objects.at(-1);
  if (before === undefined || last === undefined || compareKeys(last.key, before) <= 0) return objects;
  return objects.filter(({ key }) => compareKeys(key, before) <= 0);
}

function isBeyond(key: string, before: string | undefined): boolean {
  return before !== undefined && compareKeys(key, before) >= 0;
}
