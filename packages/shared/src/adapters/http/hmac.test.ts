import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";

import * as fc from "fast-check";

import { createHmacSha256 } from "./hmac.ts";

test("the HMAC is that of node:crypto for keys and texts of any length", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.string({ unit: "grapheme" })), (key, texts) => {
      const sign = createHmacSha256(key);
      for (const text of [...texts, "日".repeat(texts.length * 300)]) {
        assert.equal(sign(text), createHmac("sha256", key).update(text).digest("hex"));
      }
    }),
    { numRuns: 200 },
  );
});
