import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { describe, test } from "node:test";

import { oddKeys } from "../../testing/object-keys.ts";
import { createOssSignerV1, createOssSignerV4, type Signable } from "./signature.ts";

interface AliSigner {
  authorizationV4(
    accessKeyId: string,
    secret: string,
    region: string,
    method: string,
    request: { headers: object; queries: object },
    bucket: string,
    key: string,
  ): string;
  authorization(accessKeyId: string, secret: string, canonical: string): string;
  buildCanonicalString(method: string, resource: string, request: { headers: object; parameters: object }): string;
}

// ali-oss has no types for its inner parts.
const ali = createRequire(import.meta.url)("ali-oss/lib/common/signUtils.js") as AliSigner;

const credentials = { accessKeyId: "LTAI", secretAccessKey: "secret/+=", sessionToken: "token+/=" };
const nowMs = Date.UTC(2026, 1, 3, 4, 5, 6);

const put: Signable = {
  method: "PUT",
  bucket: "bucket-1",
  key: "plain",
  query: {},
  headers: {
    "content-type": "text/plain; charset=utf-8",
    "content-md5": "1B2M2Y8AsgTpgAmY7PhCfg==",
    "cache-control": "no-cache",
    "x-oss-storage-class": "IA",
    "x-oss-meta-name": "日本 é",
    "x-oss-meta-a": " spaced ",
  },
};

const requests: readonly (readonly [name: string, request: Signable])[] = [
  ...oddKeys.map((key) => [JSON.stringify(key), { ...put, key }] as const),
  ["the beginning of an upload", { ...put, method: "POST", query: { uploads: "" } }],
  ["a part", { ...put, headers: {}, query: { partNumber: "10", uploadId: "0004B9+/=" } }],
  ["the end of an upload", { ...put, method: "POST", query: { uploadId: "X" } }],
];

describe("signatures of OSS", () => {
  const v4 = createOssSignerV4("cn-shanghai");
  const v1 = createOssSignerV1();

  for (const [name, request] of requests) {
    test(`V4 of ${name} is what ali-oss computes`, () => {
      const headers = v4(request, credentials, nowMs);
      const { authorization, ...others } = headers;
      assert.equal(headers["x-oss-date"], "20260203T040506Z");
      const queries = Object.fromEntries(
        Object.entries(request.query).map(([name, value]) => [name, value === "" ? null : value]),
      );
      const theirs = ali.authorizationV4(
        credentials.accessKeyId,
        credentials.secretAccessKey,
        "cn-shanghai",
        request.method,
        { headers: others, queries },
        request.bucket,
        request.key,
      );
      assert.equal(authorization, theirs);
    });

    test(`V1 of ${name} is what ali-oss computes`, () => {
      const headers = v1(request, credentials, nowMs);
      const { authorization, ...others } = headers;
      const canonical = ali.buildCanonicalString(request.method, `/${request.bucket}/${request.key}`, {
        headers: { "content-type": "", ...others },
        parameters: request.query,
      });
      const theirs = ali.authorization(credentials.accessKeyId, credentials.secretAccessKey, canonical);
      assert.equal(authorization, theirs);
    });
  }

  test("a listing's V4 covers every query, its V1 none of them", () => {
    const list: Signable = {
      ...put,
      method: "GET",
      key: "",
      headers: {},
      query: { "list-type": "2", prefix: "a b/日", "start-after": "a b/+", "max-keys": "1000", "encoding-type": "url" },
    };
    const signed = v4(list, credentials, nowMs);
    const { authorization, ...headers } = signed;
    const theirs = ali.authorizationV4(
      credentials.accessKeyId,
      credentials.secretAccessKey,
      "cn-shanghai",
      "GET",
      { headers, queries: list.query },
      list.bucket,
      "",
    );
    assert.equal(authorization, theirs);
    const bare = v1({ ...list, query: {} }, credentials, nowMs);
    assert.equal(v1(list, credentials, nowMs)["authorization"], bare["authorization"]);
  });

  test("a new day, secret or region makes another signature", () => {
    const sign = (secret: string, ms: number) =>
      v4(put, { accessKeyId: "a", secretAccessKey: secret }, ms)["authorization"];
    const other = createOssSignerV4("cn-beijing")(put, { accessKeyId: "a", secretAccessKey: "s" }, nowMs);
    const all = [sign("s", nowMs), sign("t", nowMs), sign("s", nowMs + 86_400_000), other["authorization"]];
    assert.equal(new Set(all).size, 4);
    assert.equal(sign("s", nowMs), all[0], "what was cached in between changes nothing");
  });
});
