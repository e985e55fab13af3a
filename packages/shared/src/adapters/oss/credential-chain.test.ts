import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, test, type TestContext } from "node:test";
import { Fault } from "../../domain/fault.ts";
import { createOssCredentialChain } from "./credential-chain.ts";

const roleKey = (id: string, validMs = 3_600_000) => ({
  Code: "Success",
  AccessKeyId: id,
  AccessKeySecret: "secret",
  SecurityToken: "token",
  Expiration: new Date(Date.now() + validMs).toISOString(),
});

type Answers = (request: IncomingMessage, body: string) => string | undefined;

/** A server that answers what `answers` says; undefined is a 404. */
async function serve(t: TestContext, answers: Answers) {
  const server = createServer((request, response) => {
    const reply = async (): Promise<void> => {
      const answer = answers(request, await text(request));
      response.writeHead(answer === undefined ? 404 : 200).end(answer);
    };
    void reply();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { metadataUrl: url, stsUrl: url };
}

describe("Alibaba Cloud's credential chain", () => {
  test("the names of OSS' own tools are known too", async () => {
    const chain = createOssCredentialChain({ OSS_ACCESS_KEY_ID: "id", OSS_ACCESS_KEY_SECRET: "secret" });
    assert.deepEqual(await chain(), { accessKeyId: "id", secretAccessKey: "secret", sessionToken: undefined });
  });

  test("variables of the environment come first", async () => {
    const env = { ALIBABA_CLOUD_ACCESS_KEY_ID: "id", ALIBABA_CLOUD_ACCESS_KEY_SECRET: "secret" };
    const key = { accessKeyId: "id", secretAccessKey: "secret", sessionToken: undefined };
    assert.deepEqual(await createOssCredentialChain(env)(), key);
  });

  test("a hardened instance's role is asked with a token, once, and renewed before its key expires", async (t) => {
    let asked = 0;
    const endpoints = await serve(t, ({ method, url, headers }) => {
      if (method === "PUT" && url === "/api/token") return "the-token";
      if (headers["x-aliyun-ecs-metadata-token"] !== "the-token") return undefined;
      if (url === "/meta-data/ram/security-credentials/") return "the-role\n";
      if (url !== "/meta-data/ram/security-credentials/the-role") return undefined;
      asked += 1;
      return JSON.stringify(roleKey(`id-${asked}`, asked === 1 ? 60_000 : 3_600_000));
    });
    const chain = createOssCredentialChain({}, endpoints);
    const [first, again] = await Promise.all([chain(), chain()]);
    assert.equal(first.accessKeyId, "id-1");
    assert.equal(again.accessKeyId, "id-1");
    // The first key expires within the minute, so it is renewed; the second is kept.
    assert.equal((await chain()).accessKeyId, "id-2");
    assert.equal((await chain()).accessKeyId, "id-2");
    assert.equal((await chain()).sessionToken, "token");
  });

  test("a key that is still good is used while the next one cannot be had", async (t) => {
    let asked = 0;
    const endpoints = await serve(t, ({ url }) => {
      if (url === "/meta-data/ram/security-credentials/") return "the-role";
      if (url?.endsWith("/the-role") !== true) return undefined;
      asked += 1;
      return asked === 1 ? JSON.stringify(roleKey("id-1", 60_000)) : undefined;
    });
    const chain = createOssCredentialChain({}, endpoints);
    assert.equal((await chain()).accessKeyId, "id-1");
    assert.equal((await chain()).accessKeyId, "id-1");
    assert.equal(asked, 2);
  });

  test("an instance without hardened mode answers without a token", async (t) => {
    const endpoints = await serve(t, ({ url }) => {
      if (url === "/meta-data/ram/security-credentials/") return "the-role";
      return url?.endsWith("/the-role") === true ? JSON.stringify(roleKey("id")) : undefined;
    });
    assert.equal((await createOssCredentialChain({}, endpoints)()).accessKeyId, "id");
  });

  test("an OIDC token buys the role's key", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "causeway-oidc-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "token");
    writeFileSync(file, "oidc-token\n");
    const endpoints = await serve(t, ({ method }, body) => {
      const form = new URLSearchParams(body);
      assert.equal(method, "POST");
      assert.equal(form.get("Action"), "AssumeRoleWithOIDC");
      assert.equal(form.get("OIDCToken"), "oidc-token");
      assert.equal(form.get("RoleArn"), "acs:ram::1:role/r");
      return JSON.stringify({ Credentials: roleKey("of-oidc") });
    });
    const env = {
      ALIBABA_CLOUD_OIDC_TOKEN_FILE: file,
      ALIBABA_CLOUD_ROLE_ARN: "acs:ram::1:role/r",
      ALIBABA_CLOUD_OIDC_PROVIDER_ARN: "acs:ram::1:oidc-provider/p",
    };
    assert.equal((await createOssCredentialChain(env, endpoints)()).accessKeyId, "of-oidc");
  });

  test("where nothing gives a key it is a fault that says what was tried", async (t) => {
    const endpoints = await serve(t, () => undefined);
    await assert.rejects(createOssCredentialChain({}, endpoints)(), (error) => {
      assert.ok(error instanceof Fault);
      assert.equal(error.code, "TARGET_CREDENTIALS_INVALID");
      assert.match(error.said ?? "", /ALIBABA_CLOUD_ACCESS_KEY_ID is not set, and the RAM role/);
      return true;
    });
  });
});
