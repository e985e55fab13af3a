import assert from "node:assert/strict";
import { test } from "node:test";
import { type LastNames, parseResponseHead } from "./head.ts";

const last: LastNames = [];
const read = (...lines: readonly string[]) =>
  parseResponseHead(["HTTP/1.1 200 OK", ...lines].join("\r\n"), last)?.headers;

test("an answer is read alike whatever headers the connection's last one had in the same lines", () => {
  assert.deepEqual(read("ETag: a", "Content-Length: 1"), { etag: "a", "content-length": "1" });
  assert.deepEqual(read("ETag: b", "Content-Length: 2"), { etag: "b", "content-length": "2" });
  assert.deepEqual(read("ETag-Other: c", "Content: 3", "X: d"), { "etag-other": "c", content: "3", x: "d" });
  assert.deepEqual(read("etag:e", "content-length:4"), { etag: "e", "content-length": "4" });
  assert.deepEqual(read(), {});
});

test("a line without a name or without a colon is no header, whatever the last answer had there", () => {
  read("ETag: a");
  for (const line of ["ETag", ": a", "", "no colon\r\nETag: a"]) assert.equal(read(line), undefined, line);
});
