import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Fault } from "@causeway/shared/domain/fault.ts";
import type { SourceObject } from "@causeway/shared/domain/object.ts";
import type { ListPage, ListRequest } from "@causeway/shared/ports/object-source.ts";
import { createManualClock } from "@causeway/shared/testing/manual-clock.ts";
import { never } from "../test/rig.ts";
import { createListingPace, createListingPaces } from "./listing-pace.ts";

const page: ListPage<SourceObject> = { objects: [], more: false, last: undefined };
const request = { after: undefined, prefix: "", limit: 1000 };

/** A source whose answers the test gives one by one. */
function createAnswering() {
  const asked: { resolve(given: typeof page): void; reject(fault: Error): void }[] = [];
  const source = {
    listPage: async () =>
      await new Promise<typeof page>((resolve, reject) => {
        asked.push({ resolve, reject });
      }),
  };
  return { source, asked };
}

const settled = async (): Promise<void> => {
  for (let turns = 0; turns < 20; turns += 1) await Promise.resolve();
};
const slowDown = () => new Fault("SOURCE_THROTTLED", "throttled");

describe("the pace of a listing", () => {
  test("is halved once for the requests that were throttled together, and climbs back with the answers", async () => {
    const clock = createManualClock();
    const { source, asked } = createAnswering();
    const pace = createListingPace(8, clock);
    const paced = pace.paced(source);
    const refused = Array.from({ length: 8 }, () => paced.listPage(request, { signal: never }));
    await settled();
    for (const answer of asked.splice(0)) answer.reject(slowDown());
    assert.ok((await Promise.allSettled(refused)).every(({ status }) => status === "rejected"));
    assert.equal(pace.limit(), 4);
    for (let answers = 0; answers < 4 + 5 + 6 + 7; answers += 1) {
      const answer = paced.listPage(request, { signal: never });
      await settled();
      asked.pop()?.resolve(page);
      await answer;
    }
    assert.equal(pace.limit(), 8);
  });

  test("a page whose answer is there makes room for the next, though it is not read yet", async () => {
    const pace = createListingPace(1, createManualClock());
    const read = Promise.withResolvers<typeof page>();
    const asked: ListRequest[] = [];
    const paced = pace.paced({
      listPage: async (given) => {
        asked.push(given);
        given.onLast?.("a");
        return await read.promise;
      },
    });
    const first = paced.listPage({ ...request, onLast: () => undefined }, { signal: never });
    const others = [1, 2].map(() => paced.listPage(request, { signal: never }));
    await settled();
    assert.equal(asked.length, 2);
    read.resolve(page);
    await Promise.all([first, ...others]);
    assert.equal(asked.length, 3);
  });

  test("goes down to one request at a time under lasting throttling, never to none", async () => {
    const clock = createManualClock();
    const pace = createListingPace(8, clock);
    const paced = pace.paced({ listPage: async () => await Promise.reject(slowDown()) });
    for (let refusals = 0; refusals < 6; refusals += 1) {
      await assert.rejects(paced.listPage(request, { signal: never }));
      clock.advance(1000);
    }
    assert.equal(pace.limit(), 1);
  });

  test("lets the others wait in the order they came; who gives up waiting takes no turn", async () => {
    const { source, asked } = createAnswering();
    const pace = createListingPace(1, createManualClock());
    const paced = pace.paced(source);
    const leaving = new AbortController();
    const first = paced.listPage(request, { signal: never });
    const second = paced.listPage(request, { signal: leaving.signal });
    const third = paced.listPage(request, { signal: never });
    await settled();
    assert.equal(asked.length, 1);
    leaving.abort(new Error("enough"));
    await assert.rejects(second, /enough/);
    asked[0]?.resolve(page);
    await first;
    await settled();
    assert.equal(asked.length, 2);
    asked[1]?.resolve(page);
    await third;
  });

  test("is each job's own, and tells how many listings its source bears", async () => {
    const paces = createListingPaces(4, createManualClock());
    const paced = paces.paced("slow", { listPage: async () => await Promise.reject(slowDown()) });
    await assert.rejects(paced.listPage(request, { signal: never }));
    assert.equal(paces.bears("slow"), 2);
    assert.equal(paces.bears("other"), 4);
  });
});
