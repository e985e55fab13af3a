import { seedNames } from "./names.ts";

export interface SeedObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The figures of the document that the quickstart replays. */
const seedBytes = 191_048;
const plainObjects = 18;

/** Keys that go wrong where somebody normalises, unescapes or re-encodes them. */
const oddKeys = [
  "a//b",
  "./x",
  "../y",
  "with space",
  "trailing space ",
  "plus+sign",
  "per%2Fcent",
  "100%",
  'amp&lt<gt>quote"',
  "apostrophe's (1)*!",
  "question?mark=1&2",
  "hash#tag",
  "back\\slash",
  "semi;colon,comma:at@dollar$",
  "~tilde/^caret/`tick/{brace}|pipe[square]",
  "日本語/東京.txt",
  "emoji-\u{1F680}-\u{10FFFD}.bin",
  "private-\uE000-use",
  "e\u0301-is-not-\u00E9",
  "deep/er/and/deep/er/still/file",
] as const;

/** OSS takes 1,023 bytes; the target's prefix is longer than the source's, so this is the longest that arrives. */
const longestTargetKeyBytes = 1023;

/** The seed's objects: 42 of them, 191,048 bytes, below the source's prefix. */
export function seedObjects(): SeedObject[] {
  const long = "k".repeat(longestTargetKeyBytes - Buffer.byteLength(seedNames.targetPrefix));
  const special: SeedObject[] = [
    object("", 0, {}, {}),
    object("empty-folder/", 0, {}, {}),
    object("empty-file", 0, { "content-type": "text/plain" }, {}),
    object(long, 777, {}, {}),
    ...oddKeys.map((key, index) =>
      object(key, 100 + index * 37, {}, index % 5 === 0 ? { "odd-key": String(index) } : {}),
    ),
  ];
  const left = seedBytes - special.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const each = Math.floor(left / plainObjects);
  const plain = Array.from({ length: plainObjects }, (_, index) =>
    object(
      `file-${String(index).padStart(3, "0")}.dat`,
      index === 0 ? left - each * (plainObjects - 1) : each,
      headersOf(index),
      index % 3 === 0 ? { owner: "eric", "file-number": String(index) } : {},
    ),
  );
  return [...special, ...plain];
}

function object(
  key: string,
  sizeBytes: number,
  headers: SeedObject["headers"],
  metadata: SeedObject["metadata"],
): SeedObject {
  return { key: seedNames.sourcePrefix + key, sizeBytes, headers, metadata };
}

/** Each of the headers that a copy carries over, on some objects. */
function headersOf(index: number): SeedObject["headers"] {
  const kinds: readonly SeedObject["headers"][] = [
    { "content-type": "application/json", "cache-control": "max-age=3600" },
    { "content-type": "text/html; charset=utf-8", "content-language": "ja" },
    { "content-type": "application/gzip", "content-encoding": "gzip" },
    { "content-type": "image/png", "content-disposition": 'attachment; filename="x.png"' },
    { "content-type": "application/octet-stream", expires: "Thu, 01 Dec 2033 16:00:00 GMT" },
    {},
  ];
  return kinds[index % kinds.length] ?? {};
}

/** Bytes that differ from object to object and do not compress. */
export function seedBody({ key, sizeBytes }: SeedObject): Buffer {
  const body = Buffer.allocUnsafe(sizeBytes);
  let state = [...Buffer.from(key)].reduce((sum, byte) => (Math.imul(sum, 31) + byte) >>> 0, 7) | 1;
  for (let index = 0; index < sizeBytes; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    body[index] = state >>> 24;
  }
  return body;
}
