import assert from "node:assert/strict";
import { test } from "node:test";

import { XMLParser } from "fast-xml-parser";

import { decodeEntities, elementText, elementsOf, encodeText } from "./elements.ts";
import { lastKeyOfMore, readListPage } from "./list-page.ts";
import type { ListedEntry } from "./listed-entry.ts";
import { readUsualEntries } from "./usual-entries.ts";

const checksum = "<ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType>";

function listing(entries: readonly string[], around = ""): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix></Prefix>${around}${entries.join("\n")}</ListBucketResult>`;
}

function entry(key: string, rest = ""): string {
  return `<Contents><Key>${key}</Key><LastModified>2024-02-03T04:05:06.789Z</LastModified><ETag>&quot;abc-2&quot;</ETag><Size>12</Size>${rest}<StorageClass>STANDARD</StorageClass></Contents>`;
}

test("an entry's key, size, ETag, time and class are read", () => {
  const page = readListPage(listing([entry("a/b.txt")], "<IsTruncated>false</IsTruncated>"));
  assert.deepEqual(page, {
    entries: [
      {
        key: "a/b.txt",
        sizeBytes: 12,
        etag: "abc-2",
        lastModifiedMs: Date.UTC(2024, 1, 3, 4, 5, 6, 789),
        storageClass: "STANDARD",
      },
    ],
    truncated: false,
    nextToken: undefined,
  });
});

test("url encoding is undone, a plus being a space; without it entities are resolved", () => {
  const encoded = readListPage(listing([entry("a+b%2Bc%26/%E6%97%A5%25")], "<EncodingType>url</EncodingType>"));
  assert.equal(encoded?.entries[0]?.key, "a b+c&/日%");
  const plain = readListPage(listing([entry("a+b&amp;&lt;&gt;&quot;&apos;&#x65e5;&#10;%2F日")]));
  assert.equal(plain?.entries[0]?.key, "a+b&<>\"'日\n%2F日");
});

test("the last key is found from the end of a page that more follow, as reading the page finds it", () => {
  const more = "<IsTruncated>true</IsTruncated>";
  const owner = "<Owner><ID>x</ID></Owner>";
  for (const key of [
    "a",
    "a&amp;b",
    "a&amp;lt;b",
    "a+b%2B",
    "日本/&#x65e5;",
    "&lt;Key&gt;z&lt;/Key&gt;&lt;Contents&gt;",
  ]) {
    for (const around of [more, `${more}<EncodingType>url</EncodingType>`]) {
      const xml = listing([entry("first"), entry(key, owner)], around);
      assert.equal(lastKeyOfMore(xml), readListPage(xml)?.entries.at(-1)?.key);
    }
  }
  assert.equal(lastKeyOfMore(listing([entry("a")], "<IsTruncated>false</IsTruncated>")), undefined);
  assert.equal(lastKeyOfMore(listing([], more)), undefined);
  assert.equal(lastKeyOfMore("<html>"), undefined);
});

test("elements that are unknown, nested or empty are passed over", () => {
  const rest = "<Owner><ID>x</ID><DisplayName/></Owner><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><Restored/>";
  const page = readListPage(
    listing(
      [entry("a", rest), entry("b")],
      "<IsTruncated>true</IsTruncated><NextContinuationToken>t&amp;1</NextContinuationToken>",
    ),
  );
  assert.deepEqual(
    page?.entries.map(({ key }) => key),
    ["a", "b"],
  );
  assert.equal(page.truncated, true);
  assert.equal(page.nextToken, "t&1");
});

test("a key that spells an element does not end the page", () => {
  const key = "&lt;IsTruncated&gt;true&lt;/IsTruncated&gt;&lt;/Contents&gt;";
  const page = readListPage(listing([entry(key)], "<IsTruncated>false</IsTruncated>"));
  assert.equal(page?.truncated, false);
  assert.equal(page.entries[0]?.key, "<IsTruncated>true</IsTruncated></Contents>");
});

function listedAt(time: string): number | undefined {
  return readListPage(listing([entry("a").replace("2024-02-03T04:05:06.789Z", time)]))?.entries[0]?.lastModifiedMs;
}

test("an entry reads the same in the usual layout and in any other", () => {
  const owner = "<Owner><ID>x</ID></Owner>";
  for (const key of ["a", "a&amp;b", "a&amp;lt;b", "a+b%2B", "日本/&#x65e5;", "", "x".repeat(1024)]) {
    for (const around of ["", "<EncodingType>url</EncodingType>"]) {
      const read = (...entries: string[]) => readListPage(listing(entries, around))?.entries;
      const usual = read(entry(key), entry("next"));
      assert.equal(usual?.length, 2);
      assert.deepEqual(read(entry(key, owner), entry("next", owner)), usual, key);
      assert.deepEqual(read(entry(key), entry("next", owner)), usual, key);
      assert.deepEqual(read(entry(key).replaceAll("&quot;", '"'), entry("next")), usual, key);
      assert.deepEqual(read(entry(key).replace("<Size>", `${checksum}<Size>`), entry("next")), usual, key);
    }
  }
  const otherClass = listing([entry("a").replace("STANDARD<", "GLACIER<"), entry("b").replace("Size>12", "Size>x12")]);
  assert.equal(readListPage(otherClass), undefined);
  const archived = listing([entry("a").replace("STANDARD<", "GLACIER<"), entry("b")]);
  assert.deepEqual(
    readListPage(archived)?.entries.map(({ storageClass }) => storageClass),
    ["GLACIER", "STANDARD"],
  );
});

test("what S3 and OSS write of an object is the usual layout", () => {
  const unusual = entry("d", "<Owner><ID>x</ID></Owner>");
  const ofOss = entry("c").replaceAll("&quot;", '"').replace("<Size>", "<Type>Multipart</Type><Size>");
  const archived = entry("b").replace("STANDARD", "GLACIER_IR").replace("<Size>", `${checksum}<Size>`);
  const xml = [entry("a"), archived, ofOss].join("");
  const entries: ListedEntry[] = [];
  assert.equal(readUsualEntries(xml + unusual, 0, "plain", entries), xml.length);
  assert.deepEqual(
    entries.map(({ key }) => key),
    ["a", "b", "c"],
  );
});

test("times are read with and without fractions; what is no time makes no listing", () => {
  const times = [
    "2024-02-29T23:59:59.999Z",
    "2038-12-31T00:00:00.010Z",
    "1999-12-31T00:00:00.000Z",
    "2024-02-03T04:05:06Z",
  ];
  for (const time of times) {
    assert.equal(listedAt(time), Date.parse(time), time);
  }
  assert.equal(listedAt("2024-02-03T04:x5:06.789Z"), undefined);
  assert.equal(listedAt("yesterday"), undefined);
});

test("an empty listing has no entries", () => {
  assert.deepEqual(readListPage(listing([], "<IsTruncated>false</IsTruncated>"))?.entries, []);
});

test("an HTML page, a cut listing and an entry without its parts are no listing", () => {
  assert.equal(readListPage("<html><body>Please log in</body></html>"), undefined);
  assert.equal(readListPage(""), undefined);
  const whole = listing([entry("a"), entry("b")]);
  for (let length = 60; length < whole.length - 1; length += 7) {
    assert.equal(readListPage(whole.slice(0, length)), undefined, `cut at ${length}`);
  }
  assert.equal(readListPage(listing(["<Contents><Key>a</Key></Contents>"])), undefined);
  assert.equal(readListPage(listing([entry("a").replace("<Size>12", "<Size>twelve")])), undefined);
});

test("a large page reads as a general XML reader reads it", () => {
  const keys = Array.from({ length: 1000 }, (_, at) => `日本/${at} &amp; co/${"x".repeat(at % 50)}`);
  const xml = listing(keys.map((key) => entry(key)));
  const general = new XMLParser({ parseTagValue: false, trimValues: false }).parse(xml);
  const expected: readonly { Key: string }[] = general.ListBucketResult.Contents;
  assert.deepEqual(
    readListPage(xml)?.entries.map(({ key }) => key),
    expected.map(({ Key }) => Key),
  );
});

test("small answers are read by element names", () => {
  const xml = "<Error><Code>NoSuchKey</Code><Message>a &amp; b</Message></Error>";
  assert.equal(elementText(xml, "Code"), "NoSuchKey");
  assert.equal(elementText(xml, "Message"), "a & b");
  assert.equal(elementText(xml, "Region"), undefined);
  assert.deepEqual([...elementsOf("<P><A>1</A><A>2</A></P>", "A")], ["1", "2"]);
  assert.equal(decodeEntities(encodeText('a<b>&"c"')), 'a<b>&"c"');
  assert.equal(decodeEntities("&nbsp;&#x110000;"), "&nbsp;&#x110000;");
});
