import assert from "node:assert/strict";
import { test } from "node:test";
import { journalSettings } from "./journal-settings.ts";
import { parseJournalUrl } from "./place.ts";

test("a bucket is named with its region; the endpoint is the region's own unless another is given", () => {
  assert.deepEqual(parseJournalUrl("oss://my-bucket/jour%20nal/2026?region=cn-shanghai"), {
    place: {
      kind: "bucket",
      url: "oss://my-bucket/jour%20nal/2026?region=cn-shanghai",
      provider: "oss",
      bucket: "my-bucket",
      prefix: "jour nal/2026/",
      region: "cn-shanghai",
      endpoint: "https://oss-cn-shanghai.aliyuncs.com",
      pathStyle: false,
    },
  });
  const url = "s3://my-bucket?region=cn-north-1";
  const parsed = parseJournalUrl(url);
  assert.ok("place" in parsed && parsed.place.kind === "bucket");
  assert.deepEqual([parsed.place.prefix, parsed.place.endpoint], ["", "https://s3.cn-north-1.amazonaws.com.cn"]);
  const given = parseJournalUrl(`${url}&endpoint=http://127.0.0.1:9000&pathStyle=true`);
  assert.ok("place" in given && given.place.kind === "bucket");
  assert.deepEqual([given.place.endpoint, given.place.pathStyle], ["http://127.0.0.1:9000", true]);
});

test("what is wrong with the journal's place is said", () => {
  const faults: readonly (readonly [string, RegExp])[] = [
    ["/var/journal", /must be file:\/\/\/absolute\/path, oss:\/\//],
    ["file://relative", /must be file:\/\/\//],
    ["oss://bucket/prefix", /needs the bucket's region/],
    ["s3://B/prefix?region=x", /names no bucket: B/],
    ["s3://bucket?region=x&secret=y", /has the parameter secret/],
    ["s3://bucket?region=x&endpoint=ftp://h", /no http\(s\):\/\/host: ftp:\/\/h/],
  ];
  for (const [text, expected] of faults) {
    const parsed = journalSettings.JOURNAL_URL.schema.safeParse(text);
    assert.match(parsed.error?.issues[0]?.message ?? "", expected, text);
  }
});
