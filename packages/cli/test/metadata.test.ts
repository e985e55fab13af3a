import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { metadataDifferences } from "../src/compare/metadata.ts";

function facts(owner: string) {
  return { headers: {}, userMetadata: { owner } };
}

function differences(source: string, target: string): string[] {
  return metadataDifferences(facts(source), facts(target), { dashesNames: false });
}

/** As Node shows a header that holds UTF-8. */
function asHeader(text: string): string {
  return Buffer.from(text).toString("latin1");
}

describe("compare --metadata", () => {
  const same: readonly [string, string, string][] = [
    ["plain ASCII", "eric", "eric"],
    ["a base64 word at the source", "=?UTF-8?B?5pel5pys?=", asHeader("日本")],
    ["a quoted word at the source", "=?utf-8?q?Z=C3=BCrich_am_See?=", asHeader("Zürich am See")],
    ["two words that cut a character", "=?UTF-8?B?5pc=?= =?UTF-8?B?pQ==?=", asHeader("日")],
    ["a word amid text", "in =?UTF-8?B?5pel5pys?= today", asHeader("in 日本 today")],
    ["a Latin-1 word", "=?ISO-8859-1?Q?caf=E9?=", asHeader("café")],
    ["UTF-8 at both sides", asHeader("日本"), asHeader("日本")],
    ["UTF-8 that the SDK decoded already", "日本", asHeader("日本")],
    ["words at both sides", "=?UTF-8?B?5pel5pys?=", "=?UTF-8?Q?=E6=97=A5=E6=9C=AC?="],
    ["a word of an unknown charset, unchanged", "=?x-none?B?AAAA?=", "=?x-none?B?AAAA?="],
  ];
  for (const [title, source, target] of same) {
    test(`takes as the same: ${title}`, () => assert.deepEqual(differences(source, target), []));
  }

  const other: readonly [string, string, string][] = [
    ["another text behind the word", "=?UTF-8?B?5pel5pys?=", asHeader("日")],
    ["a lost space", "=?UTF-8?Q?a_b?=", "ab"],
    ["a word of an unknown charset, decoded", "=?x-none?B?YQ==?=", "a"],
  ];
  for (const [title, source, target] of other) {
    test(`reports: ${title}`, () => assert.equal(differences(source, target).length, 1));
  }
});
