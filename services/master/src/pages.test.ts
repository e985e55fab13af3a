import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Fault } from "@causeway/shared/domain/fault.ts";
import type { SourceObject } from "@causeway/shared/domain/object.ts";
import type { ListPage, ListRequest } from "@causeway/shared/ports/object-source.ts";
import { someObject } from "@causeway/shared/testing/builders.ts";
import { never, numberedKeys, sourceOf } from "../test/rig.ts";
import { type Pages, pagesOf } from "./pages.ts";

const everything = { after: undefined, before: undefined, prefix: "" };
const options = { signal: never };
const objects = (...keys: string[]) => keys.map((key) => someObject({ key }));

/** A source that answers with these pages, whatever it is asked. */
function scripted(pages: readonly ListPage<SourceObject>[]) {
  const asked: ListRequest[] = [];
  return {
    asked,
    listPage: async (request: ListRequest) => {
      asked.push(request);
      const page = pages[asked.length - 1];
      assert.ok(page !== undefined, "more pages were asked for than there are");
      return page;
    },
  };
}

async function keysOf(pages: Pages): Promise<string[]> {
  const keys: string[] = [];
  for (let page = await pages.next(); page !== undefined; page = await pages.next()) {
    keys.push(...page.map(({ key }) => key));
  }
  return keys;
}

describe("pages of a listing", () => {
  test("all keys come once and in order", async () => {
    const keys = numberedKeys(3210);
    assert.deepEqual(await keysOf(pagesOf(sourceOf(keys), everything, options)), keys);
  });

  test("the next page is asked for before the present one is handed out", async () => {
    const source = scripted([
      { objects: objects("a"), more: true, last: "a" },
      { objects: objects("b"), more: false, last: "b" },
    ]);
    const pages = pagesOf(source, everything, options);
    await pages.next();
    assert.equal(source.asked.length, 2);
    assert.equal(source.asked[1]?.after, "a");
    pages.leave();
  });

  test("a range starts behind its cursor and ends with its last key", async () => {
    const keys = numberedKeys(2500);
    const range = { after: keys[99], before: keys[1500], prefix: "source_folder/" };
    assert.deepEqual(await keysOf(pagesOf(sourceOf(keys), range, options)), keys.slice(100, 1501));
  });

  test("an empty page with more behind it is passed over", async () => {
    const source = scripted([
      { objects: [], more: true, last: "m" },
      { objects: objects("n"), more: false, last: "n" },
    ]);
    assert.deepEqual(await keysOf(pagesOf(source, everything, options)), ["n"]);
  });

  test("keys beyond U+FFFF come behind U+E000, as S3 lists them", async () => {
    const source = scripted([{ objects: objects("\u{e000}", "😀"), more: false, last: "😀" }]);
    assert.deepEqual(await keysOf(pagesOf(source, everything, options)), ["\u{e000}", "😀"]);
  });

  for (const [what, pages] of [
    ["goes backwards", [{ objects: objects("b", "a"), more: false, last: "a" }]],
    ["names a key twice", [{ objects: objects("a", "a"), more: false, last: "a" }]],
    [
      "repeats the page before",
      [
        { objects: objects("a"), more: true, last: "a" },
        { objects: objects("a"), more: true, last: "a" },
        { objects: objects("a"), more: true, last: "a" },
      ],
    ],
    [
      "leads back without a key",
      [
        { objects: objects("a"), more: true, last: "a" },
        { objects: [], more: true, last: "a" },
        { objects: [], more: true, last: "a" },
      ],
    ],
    ["says that there is more, but not where", [{ objects: [], more: true, last: undefined }]],
  ] as const) {
    test(`a page that ${what} is the fault SOURCE_LISTING_BROKEN, not a loop`, async () => {
      await assert.rejects(keysOf(pagesOf(scripted(pages), everything, options)), (error) => {
        return error instanceof Fault && error.code === "SOURCE_LISTING_BROKEN" && error.kind === "permanent";
      });
    });
  }

  test("a key outside the prefix is the fault SOURCE_LISTING_BROKEN", async () => {
    const source = scripted([{ objects: objects("other/a"), more: false, last: "other/a" }]);
    const range = { ...everything, prefix: "mine/" };
    await assert.rejects(keysOf(pagesOf(source, range, options)), /outside the prefix/);
  });

  test("the next page is asked for before the present one is there, where the source tells where that ends", async () => {
    const [first, asked] = [Promise.withResolvers<ListPage<SourceObject>>(), new Array<string | undefined>()];
    const source = {
      listPage: async ({ after, onLast }: ListRequest): Promise<ListPage<SourceObject>> => {
        asked.push(after);
        if (after === "b") return { objects: objects("c"), more: false, last: "c" };
        await Promise.resolve();
        onLast?.("b");
        return await first.promise;
      },
    };
    const pages = pagesOf(source, everything, options);
    const present = pages.next();
    await new Promise(setImmediate);
    assert.deepEqual(asked, [undefined, "b"]);
    first.resolve({ objects: objects("a", "b"), more: true, last: "b" });
    assert.equal((await present)?.length, 2);
    assert.deepEqual(await keysOf(pages), ["c"]);
    assert.deepEqual(asked, [undefined, "b"]);
  });

  test("no more than one page is asked for ahead", async () => {
    const asked: (string | undefined)[] = [];
    const source = {
      listPage: async ({ after = "a", onLast }: ListRequest): Promise<ListPage<SourceObject>> => {
        asked.push(after);
        const last = `${after}a`;
        onLast?.(last);
        return { objects: objects(last), more: true, last };
      },
    };
    const pages = pagesOf(source, everything, options);
    for (let handedOut = 1; handedOut <= 3; handedOut += 1) {
      await pages.next();
      await new Promise(setImmediate);
      assert.equal(asked.length, handedOut + 1);
    }
    pages.leave();
  });

  test("what a failed try told of a page's end counts for nothing: no key is lost or comes twice", async () => {
    const keys = numberedKeys(2500);
    const whole = sourceOf(keys);
    const source = {
      listPage: async (request: ListRequest, signalled: typeof options) => {
        const page = await whole.listPage(request, signalled);
        request.onLast?.(page.objects[10]?.key ?? "");
        request.onLast?.(page.objects[500]?.key ?? "");
        return page;
      },
    };
    assert.deepEqual(await keysOf(pagesOf(source, everything, options)), keys);
  });

  test("nothing is asked for behind the range's end, which may have come nearer", async () => {
    const range = { ...everything, before: "z" };
    const asked: (string | undefined)[] = [];
    const source = {
      listPage: async ({ after, onLast }: ListRequest): Promise<ListPage<SourceObject>> => {
        asked.push(after);
        range.before = "b";
        onLast?.("c");
        return { objects: objects("a", "b", "c"), more: true, last: "c" };
      },
    };
    assert.deepEqual(await keysOf(pagesOf(source, range, options)), ["a", "b"]);
    assert.deepEqual(asked, [undefined]);
  });

  test("leaving the listing stops the request that is under way", async () => {
    let aborted = false;
    const source = {
      listPage: async (request: ListRequest, { signal }: { readonly signal: AbortSignal }) => {
        if (request.after === undefined) return { objects: objects("a"), more: true, last: "a" };
        return await new Promise<never>((_, reject) => {
          signal.addEventListener("abort", () => {
            aborted = true;
            reject(signal.reason);
          });
        });
      },
    };
    const pages = pagesOf(source, everything, options);
    assert.equal((await pages.next())?.length, 1);
    pages.leave();
    assert.equal(aborted, true);
  });
});
