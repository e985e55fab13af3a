import assert from "node:assert/strict";
import { test } from "node:test";
import { jobSpecSchema } from "@causeway/shared/domain/job-spec.ts";
import { fieldPaths } from "../src/page/form/fields.ts";
import { readPaste } from "../src/page/form/read-paste.ts";
import { sortFaults, valueAt, withValue } from "../src/page/form/spec.ts";
import { textOf, valueOf } from "../src/page/form/typed.ts";

test("a value is set and taken away at its place, with the objects around it", () => {
  const draft = withValue(withValue({ name: "a" }, "source.credentials.accessKeyId", "k"), "source.bucket", "b");
  assert.deepEqual(draft, { name: "a", source: { credentials: { accessKeyId: "k" }, bucket: "b" } });
  assert.equal(valueAt(draft, "source.credentials.accessKeyId"), "k");
  assert.equal(valueAt({ limits: { timetable: [{ from: "09:00" }] } }, "limits.timetable.0.from"), "09:00");
  assert.equal(valueAt(draft, "constructor.name"), undefined);
  assert.deepEqual(withValue(draft, "source.credentials.accessKeyId", undefined), {
    name: "a",
    source: { bucket: "b" },
  });
});

test("a fault stands beside the field at its path, or the nearest around it, or apart", () => {
  const faults = [
    { path: "source.bucket", message: "is missing" },
    { path: "limits.timetable[0].from", message: "must be a time" },
    { path: "colour", message: "is not known" },
  ];
  const { beside, others } = sortFaults(faults, fieldPaths);
  assert.deepEqual(beside.get("source.bucket"), ["is missing"]);
  assert.deepEqual(beside.get("limits.timetable"), ["0.from must be a time"]);
  assert.deepEqual(others, [faults[2]]);
});

test("every part of a job that a person may write has a field", () => {
  const parts = Object.entries(jobSpecSchema.shape);
  for (const [name] of parts)
    assert.ok(
      fieldPaths.some((path) => path === name || path.startsWith(`${name}.`)),
      name,
    );
  for (const side of ["source", "target"] as const) {
    for (const name of Object.keys(jobSpecSchema.shape[side].shape)) {
      if (name === "provider") continue;
      assert.ok(
        fieldPaths.some((path) => path.startsWith(`${side}.${name}`)),
        `${side}.${name}`,
      );
    }
  }
});

test("what is typed becomes the value that a job wants, and what cannot be read stays for the API to name", () => {
  assert.equal(valueOf({ kind: "whole-number" }, "12"), 12);
  assert.equal(valueOf({ kind: "whole-number" }, "a dozen"), "a dozen");
  assert.deepEqual(valueOf({ kind: "list" }, "10.0.0.1, 10.0.0.2,"), ["10.0.0.1", "10.0.0.2"]);
  assert.deepEqual(valueOf({ kind: "json" }, '{"GLACIER":"Archive"}'), { GLACIER: "Archive" });
  assert.equal(valueOf({ kind: { choices: ["true", "false"] } }, "false"), false);
  assert.equal(valueOf({ kind: "text" }, ""), undefined);
  assert.equal(textOf(["a", "b"]), "a, b");
  assert.equal(textOf({ a: 1 }), '{"a":1}');
});

test("what is pasted is a job as JSON or a job.cfg; what is wrong is told without quoting a secret", () => {
  const json = readPaste('{ "name": "a", "more": 1 }');
  assert.deepEqual(json, { answer: "read", draft: { name: "a", more: 1 }, warnings: [] });
  const broken = readPaste('{\n "secretAccessKey": "TOP-SECRET" "b": 1\n}');
  assert.equal(broken.answer, "refused");
  assert.match(JSON.stringify(broken), /line 2/);
  assert.doesNotMatch(JSON.stringify(broken), /TOP-SECRET/);
  const properties = readPaste("srcType=s3\nsrcBuket=x");
  assert.equal(properties.answer, "refused");
  assert.match(JSON.stringify(properties), /srcBuket is not a key/);
});
