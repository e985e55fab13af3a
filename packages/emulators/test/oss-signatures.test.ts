import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import type { Emulator } from "../src/start.ts";
import { aliSigner, ask, BUCKET, sendRaw, startOss } from "./oss-emulator.ts";

const MINUTE_MS = 60 * 1000;
let oss: Emulator;
before(async () => {
  oss = await startOss();
});
after(() => oss.close());

describe("V1 signatures", () => {
  test("a correctly signed request is served", async () => {
    assert.equal((await ask(oss, {})).status, 200);
  });

  test("a wrong secret is refused with the text that had to be signed", async () => {
    const reply = await ask(oss, { secret: "another" });
    assert.deepEqual([reply.status, reply.code], [403, "SignatureDoesNotMatch"]);
    assert.match(reply.text, /<StringToSign>GET\n/u);
    assert.match(reply.text, /<EC>0002-00000040<\/EC>/u);
    assert.equal(reply.headers["x-oss-ec"], "0002-00000040");
    assert.match(String(reply.headers["x-oss-request-id"]), /^[0-9A-F]{24}$/u);
  });

  test("a signed header, the method's path or a sub-resource cannot be changed", async () => {
    const changes = [
      (sent: { headers: Record<string, string> }) => void (sent.headers["x-oss-meta-a"] = "b"),
      (sent: { headers: Record<string, string> }) => void (sent.headers["content-type"] = "text/plain"),
      (sent: { path: string }) => void (sent.path = sent.path.replace("one", "two")),
      (sent: { path: string }) => void (sent.path += "?acl"),
    ];
    for (const tamper of changes) {
      const reply = await ask(oss, { method: "PUT", key: "one", tamper });
      assert.deepEqual([reply.status, reply.code], [403, "SignatureDoesNotMatch"]);
    }
  });

  test("an unsigned parameter may be changed", async () => {
    const reply = await ask(oss, { tamper: (sent) => void (sent.path += "?prefix=x") });
    assert.equal(reply.status, 200);
  });

  test("a clock 16 minutes off is refused, one 14 minutes off is not", async () => {
    for (const minutes of [-16, 16]) {
      const reply = await ask(oss, { dateMs: Date.now() + minutes * MINUTE_MS });
      assert.deepEqual([reply.status, reply.code], [403, "RequestTimeTooSkewed"]);
    }
    assert.equal((await ask(oss, { dateMs: Date.now() - 14 * MINUTE_MS })).status, 200);
  });

  test("no date, an unknown key, no signature and an odd scheme each get their own refusal", async () => {
    const cases: readonly [Record<string, string | undefined>, number, string][] = [
      [{ "x-oss-date": undefined }, 403, "AccessDenied"],
      [{ "x-oss-date": "yesterday" }, 403, "AccessDenied"],
      [{ authorization: "OSS nobody:c2lnbmF0dXJl" }, 403, "InvalidAccessKeyId"],
      [{ authorization: "OSS access-key" }, 400, "InvalidArgument"],
      [{ authorization: "AWS4-HMAC-SHA256 Credential=x" }, 400, "InvalidArgument"],
      [{ authorization: undefined }, 403, "AccessDenied"],
    ];
    for (const [change, status, code] of cases) {
      const reply = await ask(oss, {
        tamper: ({ headers }) => {
          for (const [name, value] of Object.entries(change)) {
            if (value === undefined) delete headers[name];
            else headers[name] = value;
          }
        },
      });
      assert.deepEqual([reply.status, reply.code], [status, code], JSON.stringify(change));
    }
  });

  test("metadata names that are prefixes of each other are signed in the order of the names", async () => {
    const headers = { "x-oss-meta-a-b": "1", "x-oss-meta-a": "2", "x-oss-meta-a0": "3" };
    assert.equal((await ask(oss, { method: "PUT", key: "names", headers })).status, 200);
  });

  test("a `+` in the path means a blank", async () => {
    await ask(oss, { method: "PUT", key: "a b", body: "blank" });
    const reply = await ask(oss, { key: "a b", tamper: (sent) => void (sent.path = sent.path.replace("%20", "+")) });
    assert.equal(reply.text, "blank");
  });
});

describe("V4 signatures", () => {
  interface V4 {
    readonly headers?: Record<string, string>;
    readonly additional?: readonly string[];
    readonly region?: string;
    readonly dateMs?: number;
    readonly rewrite?: (authorization: string) => string;
    readonly late?: Record<string, string>;
  }

  async function askV4({ headers = {}, additional, region, dateMs, rewrite, late = {} }: V4) {
    const date = new Date(dateMs ?? Date.now()).toISOString().replace(/[-:]|\.\d{3}/gu, "");
    const signed: Record<string, string> = {
      "x-oss-content-sha256": "UNSIGNED-PAYLOAD",
      "x-oss-date": date,
      ...headers,
    };
    const authorization = aliSigner.authorizationV4(
      oss.accessKeyId,
      oss.secretAccessKey,
      region ?? oss.region,
      "PUT",
      { headers: signed, queries: {} },
      BUCKET,
      "v4 ü+~'()*!",
      additional,
    );
    return await sendRaw(oss, {
      method: "PUT",
      path: `/${BUCKET}/${encodeURIComponent("v4 ü+~'()*!")}`,
      headers: { ...signed, authorization: rewrite?.(authorization) ?? authorization, ...late },
    });
  }

  test("odd keys and additional headers are verified, with and without blanks after the commas", async () => {
    assert.equal((await askV4({})).status, 200);
    const extra = { headers: { "x-extra": " 1 ", "a-header": "2" }, additional: ["x-extra", "a-header"] };
    assert.equal((await askV4(extra)).status, 200);
    assert.equal((await askV4({ ...extra, rewrite: (text) => text.replaceAll(",", ", ") })).status, 200);
    const altered = await askV4({ ...extra, late: { "a-header": "3" } });
    assert.deepEqual([altered.status, altered.code], [403, "SignatureDoesNotMatch"]);
    assert.match(altered.text, /<CanonicalRequest>PUT\n/u);
  });

  test("each mistake in the signature gets its own refusal", async () => {
    const cases: readonly [V4, number, string, string | undefined][] = [
      [{ region: "cn-shanghai" }, 400, "InvalidArgument", "0002-00000226"],
      [{ dateMs: Date.now() - 16 * MINUTE_MS }, 403, "RequestTimeTooSkewed", undefined],
      [{ rewrite: (text) => text.replace("aliyun_v4_request", "abc") }, 400, "InvalidArgument", "0002-00000213"],
      [{ rewrite: (text) => text.replace("Signature=", "Sign=") }, 400, "InvalidArgument", "0002-00000202"],
      [{ rewrite: (text) => text.replace(",Sig", ",AdditionalHeaders=,Sig") }, 400, "InvalidArgument", "0002-00000209"],
      [
        { rewrite: (text) => text.replace(",Sig", ",AdditionalHeaders=a;;b,Sig") },
        400,
        "InvalidArgument",
        "0002-00000210",
      ],
      [{ rewrite: (text) => text.replace("access-key", "nobody") }, 403, "InvalidAccessKeyId", undefined],
      [
        { rewrite: (text) => text.replace(/.$/u, (end) => (end === "0" ? "1" : "0")) },
        403,
        "SignatureDoesNotMatch",
        undefined,
      ],
      [{ late: { "x-oss-date": "" } }, 403, "AccessDenied", undefined],
      [{ late: { "x-oss-content-sha256": "abc" } }, 400, "InvalidArgument", undefined],
      [{ late: { "x-oss-meta-late": "1" } }, 403, "SignatureDoesNotMatch", undefined],
    ];
    for (const [request, status, code, ec] of cases) {
      const reply = await askV4(request);
      assert.deepEqual([reply.status, reply.code], [status, code], JSON.stringify(request));
      if (ec !== undefined) assert.equal(reply.headers["x-oss-ec"], ec);
    }
  });
});

describe("the bucket's address", () => {
  test("the bucket stands in the Host header or in the path", async () => {
    await ask(oss, { method: "PUT", key: "address", body: "found" });
    const hosts: readonly [string, string][] = [
      [`${BUCKET}.oss-cn-hangzhou.aliyuncs.com`, "/address"],
      [`${BUCKET}.oss-cn-hangzhou-internal.aliyuncs.com`, "/address"],
      [`${BUCKET}.oss.aliyuncs.com`, "/address"],
      [`${BUCKET}.localhost:1234`, "/address"],
      ["oss-cn-hangzhou.aliyuncs.com", `/${BUCKET}/address`],
      ["emulators:80", `/${BUCKET}/address`],
      ["127.0.0.1", `/${BUCKET}/address`],
    ];
    for (const [host, path] of hosts) {
      assert.equal((await viaHost(host, path, `/${BUCKET}/address`)).text, "found", host);
    }
    assert.match((await viaHost(".oss-cn-hangzhou.aliyuncs.com", "/", "/")).text, /<ListAllMyBucketsResult>/u);
  });

  test("another region's endpoint is refused and the right one named", async () => {
    const reply = await viaHost(`${BUCKET}.oss-cn-shanghai.aliyuncs.com`, "/address", `/${BUCKET}/address`);
    assert.deepEqual([reply.status, reply.code], [403, "AccessDenied"]);
    assert.match(reply.text, /<Endpoint>oss-cn-hangzhou\.aliyuncs\.com<\/Endpoint>/u);
  });

  test("a bucket that is not there has its own refusal", async () => {
    const reply = await viaHost("127.0.0.1", "/nowhere/key", "/nowhere/key");
    assert.deepEqual([reply.status, reply.code], [404, "NoSuchBucket"]);
  });
});

async function viaHost(host: string, path: string, resource: string) {
  const headers: Record<string, string> = { "x-oss-date": new Date().toUTCString() };
  const text = aliSigner.buildCanonicalString("GET", resource, { headers });
  headers["authorization"] = aliSigner.authorization(oss.accessKeyId, oss.secretAccessKey, text);
  return await sendRaw(oss, { method: "GET", path, headers: { ...headers, host } });
}
