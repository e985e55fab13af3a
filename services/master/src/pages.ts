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

/** The pages of a range, one after the other. */
export interface Pages {
  /** The next page's objects, in key order; undefined: there are no more. */
  next(): Promise<readonly SourceObject[] | undefined>;
  /** Stops what is under way: no more pages are wanted. */
  leave(): void;
}

/**
 * Lists a range. The next page is asked for as soon as the source tells where the present one ends, at the latest before that is
 * handed out: the network works while a page is read and planned. A page that goes backwards, repeats itself or leaves the
 * prefix is the fault SOURCE_LISTING_BROKEN: planning on would lose objects or never end.
 */
export function pagesOf(source: Pick<ObjectSource, "listPage">, range: PageRange, { signal }: Signalled): Pages {
  const left = new AbortController();
  const ahead = createAhead(source, range, { signal: AbortSignal.any([signal, left.signal]) });
  let { after } = range;
  let more = true;
  return {
    async next() {
      if (!more || (after !== undefined && isBeyond(after, range.before))) return undefined;
      const page = await ahead.page(after);
      checkPage(page, after, range.prefix);
      more = page.more && page.last !== undefined && !isBeyond(page.last, range.before);
      if (more && page.last !== undefined) ahead.ask(page.last);
      after = page.last;
      return upTo(page.objects, range.before);
    },
    leave: () => left.abort(new Error("the listing was left")),
  };
}

/** A page that is on its way. */
interface Asked {
  readonly after: string | undefined;
  readonly page: Promise<ListPage<SourceObject>>;
  readonly end: End;
}

/** Where a page ends, once the source has told. */
interface End {
  told: string | undefined;
}

/** Asks for pages, at most one ahead of the page that is waited for. */
function createAhead(source: Pick<ObjectSource, "listPage">, range: PageRange, options: Signalled) {
  let awaited: End | undefined;
  let next: Asked | undefined;

  function ask(after: string | undefined): Asked {
    // What was asked for on the word of a try that failed may start elsewhere: nobody reads that page.
    if (next !== undefined && next.after === after) return next;
    const end: End = { told: undefined };
    const onLast = (last: string): void => {
      end.told = last;
      if (awaited === end) askEarly(last);
    };
    const page = source.listPage({ after, prefix: range.prefix, limit: pageLimit, onLast }, options);
    // It is awaited one page later; until then a refusal must not count as unhandled.
    page.catch(() => undefined);
    next = { after, page, end };
    return next;
  }

  function askEarly(last: string): void {
    if (!isBeyond(last, range.before)) ask(last);
  }

  return {
    ask,
    /** The page behind this key. */
    async page(after: string | undefined): Promise<ListPage<SourceObject>> {
      const { page, end } = ask(after);
      next = undefined;
      awaited = end;
      if (end.told !== undefined) askEarly(end.told);
      return await page;
    },
  };
}

/** The source promises keys in order: so all of them lie where the first and the last one do. */
function checkPage({ objects, more, last }: ListPage<SourceObject>, after: string | undefined, prefix: string): void {
  let previous = after;
  for (const key of endsOf(objects)) {
    if (!key.startsWith(prefix)) throw broken(`the key ${JSON.stringify(key)} lies outside the prefix`);
    if (previous !== undefined && compareKeys(key, previous) <= 0) {
      throw broken(`the key ${JSON.stringify(key)} came behind ${JSON.stringify(previous)}`);
    }
    previous = key;
  }
  if (!more) return;
  if (last === undefined || (after !== undefined && compareKeys(last, after) <= 0)) {
    throw broken(`the page behind ${JSON.stringify(after ?? "")} leads back to ${JSON.stringify(last ?? "")}`);
  }
}

function endsOf(objects: readonly SourceObject[]): readonly string[] {
  const [first] = objects;
  const last = objects.length > 1 ? objects.at(-1) : undefined;
  return [first, last].filter((object) => object !== undefined).map(({ key }) => key);
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
