import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createS3Source } from "../../src/adapters/s3/s3-source.ts";
import { lookAtCanary } from "../../src/preflight/canary.ts";
import { startScriptedServer } from "../../src/testing/scripted-server.ts";
import { preflightIn } from "./rig.ts";

const denied = (why: string) =>
  `User: arn:aws:iam::111122223333:user/mover is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::canary" ${why}`;

/** What the check makes of an S3 that answers so. */
async function lookAt(status: string, code: string, message: string) {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message.replaceAll('"', "&quot;")}</Message></Error>`;
  const head = `HTTP/1.1 ${status}\r\nContent-Type: application/xml\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  const server = await startScriptedServer(() => ({ send: head + body, connection: "keep" }));
  const canary = createS3Source({
    endpoint: server.url,
    region: "ap-northeast-1",
    bucket: "canary",
    pathStyle: true,
    requesterPays: false,
    connections: 1,
    credentials: async () => ({ accessKeyId: "a", secretAccessKey: "s" }),
  });
  try {
    const { signal } = new AbortController();
    const { findings } = await lookAtCanary("canary", canary, { signal, tried: (step) => step() });
    return findings[0];
  } finally {
    await canary.close();
    await server.close();
  }
}

describe("the canary bucket", () => {
  for (const why of [
    "because no VPC endpoint policy allows the s3:ListBucket action",
    "with an explicit deny in a VPC endpoint policy",
  ]) {
    test(`proves the VPC endpoint when S3 denies it ${why}`, async () => {
      const finding = await lookAt("403 Forbidden", "AccessDenied", denied(why));
      assert.equal(finding?.state, "ok");
    });
  }

  test("proves nothing when something else denies it", async () => {
    const because = "because no identity-based policy allows the s3:ListBucket action";
    for (const said of [denied(because), "Access Denied"]) {
      const finding = await lookAt("403 Forbidden", "AccessDenied", said);
      assert.equal(finding?.state, "warning");
      assert.match(finding?.message ?? "", /does not say that a VPC endpoint's policy denies it/);
    }
  });

  test("that can be listed shows that requests go around the endpoint", async () => {
    const [line] = (await preflightIn({ canaryBucket: "pre-source" })).line("source.endpoint");
    assert.equal(line?.state, "failure");
    assert.match(line?.message ?? "", /could be listed/);
  });

  test("that is missing proves nothing, and without one nothing is said", async () => {
    const [line] = (await preflightIn({ canaryBucket: "not-there" })).line("source.endpoint");
    assert.equal(line?.state, "warning");
    assert.deepEqual((await preflightIn({})).line("source.endpoint"), []);
  });
});
