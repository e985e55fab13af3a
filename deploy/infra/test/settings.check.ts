import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { withDiagram } from "../src/diagram.ts";
import { planOf } from "../src/plan/plan.ts";
import { readSettings } from "../src/plan/read-settings.ts";
import { settingsWith } from "./world.ts";

const refusals: readonly (readonly [string, Readonly<Record<string, unknown>>, RegExp])[] = [
  [
    "networks that overlap",
    { "near.vpc": "172.16.0.0/16" },
    /near\.vpc: 172\.16\.0\.0\/16 overlaps 172\.16\.0\.0\/16 \(aws\.vpc\)/,
  ],
  ["a VPC where OSS answers", { "aws.vpc": "100.64.0.0/16" }, /aws\.vpc: 100\.64\.0\.0\/16 lies in 100\.64\.0\.0\/10/],
  [
    "a subnet outside its VPC",
    { "near.vpc": "10.24.0.0/16" },
    /near\.zones\.0\.switch: 172\.24\.0\.0\/20 is not inside 10\.24\.0\.0\/16/,
  ],
  ["a block that does not begin at its first address", { "far.vpc": "172.19.1.0/16" }, /far\.vpc: .*does not begin/],
  ["a region without known blocks", { "far.region": "cn-atlantis" }, /far\.region: cn-atlantis is not in the table/],
  ["one region for both ends", { "near.region": "cn-shanghai" }, /near\.region: is the far region/],
  ["PrivateLink without its service", { "path.access": "privatelink" }, /path\.privatelinkService: is missing/],
  ["a bucket policy that locks everybody out", { "source.administrators": [] }, /source\.administrators: is empty/],
  ["more workers at least than at most", { "workers.min": 9 }, /workers\.max: is below/],
  ["workers behind hosts that copy", { "hosts.layout": "self" }, /workers\.run: must be none/],
  ["a word that is not known", { "path.product": "magic" }, /path\.product/],
];

for (const [what, changes, sentence] of refusals) {
  test(`${what}: refused, with the setting and the cure`, () => {
    assert.throws(() => readSettings(settingsWith(changes)), sentence);
  });
}

test("everything that is wrong is told at once", () => {
  assert.throws(
    () =>
      readSettings(
        settingsWith({ "near.region": "cn-shanghai", "workers.min": 9, "source.canaryBucket": "eric-s3-tokyo" }),
      ),
    /near\.region(.|\n)*workers\.max(.|\n)*source\.canaryBucket/,
  );
});

test("the example is taken", () => {
  assert.equal(readSettings(settingsWith({})).name, "tokyo-shanghai");
});

test("the picture in docs/network.md is that of the example (npm run diagram writes it)", () => {
  const document = readFileSync(new URL("../../../docs/network.md", import.meta.url), "utf8");
  assert.equal(document, withDiagram(document, planOf(readSettings(settingsWith({})))));
});
