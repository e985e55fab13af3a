import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { noLines, parseResponseHead } from "./head.ts";
import { fieldOf, fieldsOfRecord } from "./header-fields.ts";

let known = noLines;

const headOf = (...lines: readonly string[]) => ["HTTP/1.1 200 OK", ...lines, ""].join("\r\n");

/** Reads the next answer of one connection: its lines by name, in their order. */
function read(...lines: readonly string[]): readonly (readonly [string, string | undefined])[] | undefined {
  const answer = parseResponseHead(headOf(...lines), known);
  if (answer === undefined) return undefined;
  known = answer.known;
  const { places, values } = answer.head.headers;
  return [...places].map(([name, at]) => [name, values[at]]);
}

test("an answer is read alike whatever headers the connection's last one had in the same lines", () => {
  for (const [lines, fields] of [
    [["ETag: a", "Content-Length: 1"], { etag: "a", "content-length": "1" }],
    [["ETag: b", "Content-Length: 1"], { etag: "b", "content-length": "1" }],
    [["ETag: c", "Content-Length: 12"], { etag: "c", "content-length": "12" }],
    [["ETag: a", "Content-Length: 1"], { etag: "a", "content-length": "1" }],
    [["ETag-Other: c", "Content: 3", "X: d"], { "etag-other": "c", content: "3", x: "d" }],
    [["ETag-Other: e", "X: f"], { "etag-other": "e", x: "f" }],
    [["etag:g", "content-length:4"], { etag: "g", "content-length": "4" }],
    [["etag:h"], { etag: "h" }],
    [[], {}],
    [["ETag:  i \t"], { etag: "i" }],
  ] as const) {
    assert.deepEqual(read(...lines), Object.entries(fields), lines.join());
  }
});

test("a line without a name or without a colon is no header, whatever the last answer had there", () => {
  read("ETag: a");
  for (const line of ["ETag", ": a", "", "no colon\r\nETag: a"]) assert.equal(read(line), undefined, line);
});

test("of a repeated field the last one counts, and one that is not there is undefined", () => {
  const headers = parseResponseHead(headOf("X-A: 1", "X-B: 2", "x-a: 3"))?.head.headers ?? assert.fail();
  assert.deepEqual([fieldOf(headers, "x-a"), fieldOf(headers, "x-b"), fieldOf(headers, "x-c")], ["3", "2", undefined]);
  const given = fieldsOfRecord({ "x-a": ["1", "2"], "x-b": "3", "x-c": undefined });
  assert.deepEqual([fieldOf(given, "x-a"), fieldOf(given, "x-b"), fieldOf(given, "x-c")], ["2", "3", undefined]);
});

test("whatever a connection's earlier answers were, the next one is read as if it were the first", () => {
  const line = fc.tuple(fc.constantFrom("ETag", "X-A", "x-a", "Age"), fc.constantFrom("a", "b", " c ", ""));
  fc.assert(
    fc.property(fc.array(fc.array(line, { maxLength: 4 }), { minLength: 2, maxLength: 6 }), (answers) => {
      let last = noLines;
      for (const lines of answers) {
        const text = headOf(...lines.map(([name, value]) => `${name}:${value}`));
        const answer = parseResponseHead(text, last) ?? assert.fail();
        assert.deepEqual(answer.head, parseResponseHead(text)?.head);
        last = answer.known;
      }
    }),
  );
});
