import assert from "node:assert/strict";
import { test } from "node:test";
import { columnsOf, columnsSchema, objectsOf } from "./object-columns.ts";

const object = { sizeBytes: 4096, etag: "9b2c", lastModifiedMs: 1_700_000_000_000 };
const objects = [
  { ...object, key: "a", storageClass: "STANDARD" },
  { ...object, key: "b", storageClass: "GLACIER" },
  { ...object, key: "c", storageClass: "STANDARD" },
];
const columns = columnsOf(objects);

test("objects come out of their columns as they were", () => {
  assert.deepEqual(objectsOf(columnsSchema.parse(JSON.parse(JSON.stringify(columns)))), objects);
});

for (const [wrong, column] of [
  ["a number among the keys", { key: ["a", 2, "c"] }],
  ["a text among the sizes", { size: [4096, "4096", 4096] }],
  ["nothing among the ETags", { etag: ["9b2c", null, "9b2c"] }],
  ["a text in place of a column", { modified: "1700000000000" }],
  ["no classes", { classes: undefined }],
] as const) {
  test(`${wrong}: refused`, () => {
    const [name] = Object.keys(column);
    const { error } = columnsSchema.safeParse({ ...columns, ...column });
    assert.deepEqual(
      error?.issues.map(({ path }) => path),
      [[name]],
    );
  });
}
