import assert from "node:assert/strict";
import { test } from "node:test";

import { faultWith } from "../../testing/object-source-contract.ts";
import { createS3Credentials } from "./credentials.ts";

const nothing = { environment: {}, allowedPrefixes: [] };

test("inline credentials are given as they are", async () => {
  const inline = { accessKeyId: "a", secretAccessKey: "b" };
  assert.deepEqual(await createS3Credentials(inline, nothing)(), inline);
});

test("variables are read under an allowed prefix only, a session token among them", async () => {
  const environment = { SRC_ACCESS_KEY_ID: "a", SRC_SECRET_ACCESS_KEY: "b", SRC_SESSION_TOKEN: "c" };
  const named = { from: "environment", prefix: "SRC_" } as const;
  const give = createS3Credentials(named, { environment, allowedPrefixes: ["SRC_"] });
  assert.deepEqual(await give(), { accessKeyId: "a", secretAccessKey: "b", sessionToken: "c" });
  const refused = createS3Credentials(named, { environment, allowedPrefixes: [] });
  await assert.rejects(refused(), faultWith("SOURCE_CREDENTIALS_INVALID", "permanent"));
  await assert.rejects(refused(), /CREDENTIALS_ENV_PREFIXES/);
});

test("the default chain is AWS' own", async (t) => {
  const before = { ...process.env };
  t.after(() => {
    process.env = before;
  });
  process.env["AWS_ACCESS_KEY_ID"] = "from-the-chain";
  process.env["AWS_SECRET_ACCESS_KEY"] = "s";
  const found = await createS3Credentials({ from: "default-chain" }, nothing)();
  assert.equal(found.accessKeyId, "from-the-chain");
});
