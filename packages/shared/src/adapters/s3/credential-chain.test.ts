import assert from "node:assert/strict";
import { test } from "node:test";

import { faultWith } from "../../testing/object-source-contract.ts";
import { createS3CredentialChain } from "./credential-chain.ts";

/** Runs with these variables in place of those of AWS, and nothing else that the chain could find. */
async function withVariables<T>(variables: Readonly<Record<string, string>>, act: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
  const nowhere = "/nonexistent/aws";
  Object.assign(process.env, variables, {
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_SHARED_CREDENTIALS_FILE: nowhere,
    AWS_CONFIG_FILE: nowhere,
  });
  try {
    return await act();
  } finally {
    process.env = before;
  }
}

test("the chain is AWS' own", async () => {
  const found = await withVariables({ AWS_ACCESS_KEY_ID: "from-the-chain", AWS_SECRET_ACCESS_KEY: "s" }, () =>
    createS3CredentialChain("us-east-1")(),
  );
  assert.equal(found.accessKeyId, "from-the-chain");
});

test("a host where the chain finds nothing is a fault that says so, and is asked again", async () => {
  const finding = withVariables({}, () => createS3CredentialChain("us-east-1")());
  await assert.rejects(finding, faultWith("SOURCE_CREDENTIALS_INVALID", "transient"));
});
