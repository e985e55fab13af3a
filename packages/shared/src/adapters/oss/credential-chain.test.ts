import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";

import { faultWith } from "../../testing/object-source-contract.ts";
import { createOssCredentialChain } from "./credential-chain.ts";
import { createRenewing } from "./renewing.ts";

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().replace(/\.\d+Z/, "Z");

const key = (name: string) => ({
  Code: "Success",
  AccessKeyId: `STS.${name}`,
  AccessKeySecret: "s",
  SecurityToken: "t",
  Expiration: inHours(1),
});

describe("credentials for OSS", () => {
  const asked: string[] = [];
  let hardened = true;
  const server = createServer((request, response) => {
    void (async () => {
      const text = await answer(request);
      response.statusCode = text === undefined ? 403 : 200;
      response.end(text ?? "no");
    })();
  });
  let endpoint = "";

  async function answer(request: IncomingMessage): Promise<string | undefined> {
    asked.push(`${request.method} ${request.url}`);
    if (request.url === "/latest/api/token") return hardened ? "token-1" : undefined;
    if (request.method === "POST") {
      const form = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
      assert.equal(form.get("Action"), "AssumeRoleWithOIDC");
      assert.equal(form.get("OIDCToken"), "the-token");
      assert.equal(form.get("RoleArn"), "acs:ram::1:role/r");
      return JSON.stringify({ Credentials: key("oidc") });
    }
    if (hardened && request.headers["x-aliyun-ecs-metadata-token"] !== "token-1") return undefined;
    if (request.url === "/latest/meta-data/ram/security-credentials/") return "my role";
    if (request.url === "/latest/meta-data/ram/security-credentials/my%20role") return JSON.stringify(key("role"));
    return undefined;
  }

  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    // A listening TCP server has such an address.
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());
  beforeEach(() => {
    asked.length = 0;
    hardened = true;
  });

  const chain = (env: Record<string, string>) => createOssCredentialChain(env, { metadata: endpoint, sts: endpoint });

  test("the chain takes the environment first, whichever of its two names", async () => {
    const give = chain({ OSS_ACCESS_KEY_ID: "a", OSS_ACCESS_KEY_SECRET: "b" });
    assert.deepEqual(await give(), { accessKeyId: "a", secretAccessKey: "b", sessionToken: undefined });
    const other = chain({ ALIBABA_CLOUD_ACCESS_KEY_ID: "a", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "b" });
    assert.deepEqual(await other(), { accessKeyId: "a", secretAccessKey: "b", sessionToken: undefined });
    assert.deepEqual(asked, []);
  });

  test("the role of an ECS instance is read with a token, once for many callers", async () => {
    const give = chain({});
    const all = await Promise.all([give(), give(), give()]);
    for (const one of all) assert.deepEqual(one, { accessKeyId: "STS.role", secretAccessKey: "s", sessionToken: "t" });
    await give();
    assert.deepEqual(asked, [
      "PUT /latest/api/token",
      "GET /latest/meta-data/ram/security-credentials/",
      "GET /latest/meta-data/ram/security-credentials/my%20role",
    ]);
  });

  test("an instance without hardened metadata is asked without a token", async () => {
    hardened = false;
    assert.equal((await chain({})()).accessKeyId, "STS.role");
  });

  test("a pod exchanges its OIDC token", async () => {
    const folder = await mkdtemp(join(tmpdir(), "oidc-"));
    const tokenFile = join(folder, "token");
    await writeFile(tokenFile, "the-token\n");
    const give = chain({
      ALIBABA_CLOUD_ROLE_ARN: "acs:ram::1:role/r",
      ALIBABA_CLOUD_OIDC_PROVIDER_ARN: "acs:ram::1:oidc-provider/p",
      ALIBABA_CLOUD_OIDC_TOKEN_FILE: tokenFile,
    });
    assert.equal((await give()).accessKeyId, "STS.oidc");
    await rm(folder, { recursive: true });
  });

  test("a host that gives nothing is a fault that says so", async () => {
    const give = chain({ ALIBABA_CLOUD_ECS_METADATA: "other" });
    await assert.rejects(give(), faultWith("TARGET_CREDENTIALS_INVALID", "permanent"));
  });
});

test("temporary credentials are renewed before they expire, and the old ones bridge a failed renewal", async () => {
  let now = 0;
  let renewals = 0;
  let broken = false;
  const give = createRenewing(
    async () => {
      if (broken) throw new Error("the metadata service is away");
      renewals += 1;
      return { credentials: { accessKeyId: `k${renewals}`, secretAccessKey: "s" }, expiresMs: now + 3_600_000 };
    },
    () => now,
  );
  assert.equal((await give()).accessKeyId, "k1");
  now = 3_000_000;
  assert.equal((await give()).accessKeyId, "k1");
  now = 3_400_000;
  broken = true;
  assert.equal((await give()).accessKeyId, "k1");
  now = 3_500_000;
  broken = false;
  assert.equal((await give()).accessKeyId, "k2");
  now += 3_600_001;
  broken = true;
  await assert.rejects(give(), /away/);
});
