import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, test } from "node:test";
import { Fault } from "../domain/fault.ts";
import { someCredentials, someSpec } from "../testing/builders.ts";
import { createOssCredentialChain } from "../adapters/oss/credential-chain.ts";
import { credentialSource } from "./credentials.ts";
import { createStoreOpener } from "./stores.ts";

const signal = AbortSignal.timeout(30_000);
const rules = {
  env: { SRC_ACCESS_KEY_ID: "id", SRC_SECRET_ACCESS_KEY: "secret", SRC_SESSION_TOKEN: "", OTHER_ACCESS_KEY_ID: "x" },
  prefixes: ["SRC_", "OTHER_"],
};
const direct = { caFile: undefined, httpsProxy: undefined, noProxy: [] } as const;
const chain = () => async () => ({ accessKeyId: "of the chain", secretAccessKey: "s" });

function sourceOf(given: Parameters<typeof credentialSource>[1]) {
  return credentialSource("SOURCE", given, rules, chain);
}

function isPermanent(expected: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof Fault && error.kind === "permanent" && expected.test(error.message);
}

describe("credentials of a job", () => {
  test("inline ones are used as they are", async () => {
    assert.deepEqual(await sourceOf(someCredentials.source)(), someCredentials.source);
  });

  test("those of the environment are read under an allowed prefix", async () => {
    const key = await sourceOf({ from: "environment", prefix: "SRC_" })();
    assert.deepEqual(key, { accessKeyId: "id", secretAccessKey: "secret", sessionToken: undefined });
  });

  test("a prefix that the operator does not allow reads nothing, and a variable that is missing is named", () => {
    assert.throws(() => sourceOf({ from: "environment", prefix: "AWS_" }), isPermanent(/AWS_ is not in/));
    assert.throws(
      () => sourceOf({ from: "environment", prefix: "OTHER_" }),
      isPermanent(/OTHER_SECRET_ACCESS_KEY is not set/),
    );
  });

  test("the provider's own chain is asked where the job says so", async () => {
    assert.equal((await sourceOf({ from: "default-chain" })()).accessKeyId, "of the chain");
  });

  test("the chain of OSS begins with the environment", async () => {
    const env = { ALIBABA_CLOUD_ACCESS_KEY_ID: "id", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "secret" };
    assert.equal((await createOssCredentialChain(env)()).accessKeyId, "id");
  });
});

describe("opening a job's target", () => {
  test("an address outside OSS_ALLOWED_CIDRS gets not even a connection, from no kind of request, pinned or by DNS", async (t) => {
    let connections = 0;
    const server = createServer(() => (connections += 1));
    t.after(() => server.close());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    assert.ok(address !== null && typeof address === "object");
    const targetCidrs = ["100.64.0.0/10", "::1/128"];
    const opener = createStoreOpener({ ...rules, connections: 1, targetCidrs, ...direct });
    const attributes = { headers: {}, userMetadata: {}, storageClass: "Standard", serverSideEncryption: undefined };
    const put = { key: "k", attributes, ifThere: "replace" as const };
    for (const at of [
      { endpoint: `http://127.0.0.1:${address.port}`, addresses: [] },
      { endpoint: `http://oss.invalid:${address.port}`, addresses: ["127.0.0.1"] },
    ]) {
      const target = opener.target({ ...someSpec().target, ...at }, someCredentials.target);
      const requests = [
        target.listPage({ after: undefined, prefix: "", limit: 1 }, { signal }),
        target.put({ ...put, payload: { bytes: Buffer.alloc(10) } }, { signal }),
        target.put({ ...put, payload: { bytes: Buffer.alloc(1024 ** 2) } }, { signal }),
        target.uploads.begin("k", attributes, { signal }),
      ];
      for (const request of requests) await assert.rejects(request, { code: "PATH_REFUSED", kind: "path" });
      await target.close();
    }
    assert.equal(connections, 0);
  });

  test("a host that DNS leads to this machine gets not a byte, unless ALLOWED_ENDPOINTS names it", async () => {
    const page = { after: undefined, prefix: "", limit: 1 };
    for (const [names, code] of [
      [["*.amazonaws.com"], "PATH_REFUSED"],
      [["localhost"], "UNREACHABLE"],
    ] as const) {
      const blocks = { targetCidrs: ["0.0.0.0/0", "::/0"], allowedEndpoints: names };
      const opener = createStoreOpener({ ...rules, connections: 1, ...blocks, ...direct });
      const spec = someSpec();
      const source = opener.source({ ...spec.source, endpoint: "http://localhost:1" }, someCredentials.source);
      const target = opener.target({ ...spec.target, endpoint: "http://localhost:1" }, someCredentials.target);
      for (const side of [source, target]) {
        await assert.rejects(side.listPage(page, { signal }), (error) => {
          assert.ok(error instanceof Fault);
          assert.match(error.code, new RegExp(code));
          return true;
        });
        await side.close();
      }
    }
  });
});
