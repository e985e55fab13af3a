import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createManualClock } from "@causeway/shared/testing/manual-clock.ts";
import { someObject } from "@causeway/shared/testing/builders.ts";
import { sourceOf } from "../test/rig.ts";
import { createListingBoard, type ListingBoard } from "./listing-board.ts";

const source = sourceOf([]);
const ignore = (): void => {};
const shardOf = (id: string) => {
  return { id, version: 1, after: undefined, before: undefined, cursor: undefined };
};

function enter(board: ListingBoard, jobId: string, shardId: string, keys: readonly string[] = []) {
  const entered = board.enter({ jobId, shardId, source, prefix: "" });
  entered.onShard(shardOf(shardId));
  if (keys.length > 0) entered.onPage(keys.map((key) => someObject({ key })));
  return entered;
}

describe("the board of listers", () => {
  test("a slot is idle until a shard is listed or on its way, and again when nobody brought it in a second", () => {
    const clock = createManualClock();
    const board = createListingBoard(3, clock, ignore);
    assert.equal(board.idle(), 3);
    const entered = enter(board, "job", "a", ["1", "2"]);
    const [shard] = board.listed();
    assert.ok(shard !== undefined);
    board.announce("b", { seen: shard.seen, before: undefined, expected: 10 });
    assert.equal(board.idle(), 1);
    clock.advance(1001);
    assert.equal(board.idle(), 2);
    entered.leave();
    assert.equal(board.idle(), 3);
  });

  test("whoever looks for splits is told of each page, and of a slot that is free again", () => {
    let told = 0;
    const board = createListingBoard(3, createManualClock(), () => (told += 1));
    const entered = enter(board, "job", "a");
    for (const act of [() => entered.onPage([someObject({ key: "1" })]), () => entered.leave()]) {
      const before = told;
      act();
      assert.equal(told, before + 1);
    }
  });

  test("a shard is open to splits once a key of it is seen, not while one is tried, and not soon after one found no cut", () => {
    const board = createListingBoard(3, createManualClock(), ignore);
    const entered = enter(board, "job", "a");
    const [shard] = board.listed();
    assert.ok(shard !== undefined);
    assert.equal(shard.isOpen(), false);
    entered.onPage([someObject({ key: "1" })]);
    assert.equal(shard.isOpen(), true);
    shard.hold();
    assert.equal(shard.isOpen(), false);
    shard.release("whole");
    assert.equal(shard.isOpen(), false);
    for (let pages = 0; pages < 2; pages += 1) entered.onPage([someObject({ key: `2${pages}` })]);
    assert.equal(shard.isOpen(), true);
  });

  test("the shard with the most left is known by what was listed and how far the cursor went", () => {
    const board = createListingBoard(3, createManualClock(), ignore);
    enter(board, "job", "near the end", ["0", "1", "2", "3", "4", "5", "6", "7", "8"]);
    enter(board, "job", "at the beginning", ["0", "1", "2"]);
    const left = Object.fromEntries(board.listed().map((shard) => [shard.shardId, shard.left()]));
    assert.ok((left["at the beginning"] ?? 0) > (left["near the end"] ?? 0), JSON.stringify(left));
  });

  test("a job that holds several slots frees one for each job that has none, where all are taken", () => {
    const board = createListingBoard(4, createManualClock(), ignore);
    for (const shard of ["a", "b", "c"]) enter(board, "huge", shard);
    assert.equal(board.mustYield("a", ["huge", "small"]), false, "a slot is free");
    enter(board, "huge", "d");
    assert.equal(board.mustYield("a", ["huge"]), false, "nobody waits");
    assert.equal(board.mustYield("a", ["huge", "small"]), true);
    assert.equal(board.mustYield("b", ["huge", "small"]), false, "one is enough");
    assert.equal(board.mustYield("b", ["huge", "small", "tiny"]), true);
  });

  test("with more jobs than slots each takes its turn", () => {
    const board = createListingBoard(2, createManualClock(), ignore);
    enter(board, "one", "a");
    enter(board, "two", "b");
    assert.equal(board.mustYield("a", ["one", "two"]), false);
    assert.equal(board.mustYield("a", ["one", "two", "three"]), true);
  });
});
