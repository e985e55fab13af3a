import { readFile } from "node:fs/promises";

import { z } from "zod";

import type { Temporary } from "./renewing.ts";

const WAIT_MS = 5_000;

const ramRoleSchema = z.object({
  Code: z.literal("Success"),
  AccessKeyId: z.string().min(1),
  AccessKeySecret: z.string().min(1),
  SecurityToken: z.string().min(1),
  Expiration: z.iso.datetime(),
});

const assumedSchema = z.object({ Credentials: ramRoleSchema.omit({ Code: true }) });

/**
 * Reads the credentials of the RAM role that an ECS instance has; `roleName` undefined: asks for its name. Metadata are asked
 * for with a token where the instance wants one (hardened mode).
 * https://www.alibabacloud.com/help/en/ecs/user-guide/view-instance-metadata
 */
export async function readRamRole(endpoint: string, roleName: string | undefined): Promise<Temporary> {
  const token = await ask(`${endpoint}/latest/api/token`, {
    method: "PUT",
    headers: { "x-aliyun-ecs-metadata-token-ttl-seconds": "600" },
  }).catch(() => undefined);
  const headers = token === undefined ? {} : { "x-aliyun-ecs-metadata-token": token };
  const roles = `${endpoint}/latest/meta-data/ram/security-credentials/`;
  const name = roleName ?? (await ask(roles, { headers })).trim();
  return temporary(ramRoleSchema.parse(JSON.parse(await ask(roles + encodeURIComponent(name), { headers }))));
}

/**
 * Exchanges the OIDC token of a pod (RRSA) for the credentials of a role. The token file is read anew each time: Kubernetes
 * replaces it. https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-assumerolewithoidc
 */
export async function assumeRoleWithOidc(
  endpoint: string,
  { role, provider, tokenFile }: { role: string; provider: string; tokenFile: string },
): Promise<Temporary> {
  const form = new URLSearchParams({
    Action: "AssumeRoleWithOIDC",
    Format: "JSON",
    Version: "2015-04-01",
    Timestamp: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    RoleArn: role,
    OIDCProviderArn: provider,
    OIDCToken: (await readFile(tokenFile, "utf8")).trim(),
    RoleSessionName: "causeway",
  });
  return temporary(assumedSchema.parse(JSON.parse(await ask(endpoint, { method: "POST", body: form }))).Credentials);
}

function temporary(answer: Omit<z.infer<typeof ramRoleSchema>, "Code">): Temporary {
  return {
    credentials: {
      accessKeyId: answer.AccessKeyId,
      secretAccessKey: answer.AccessKeySecret,
      sessionToken: answer.SecurityToken,
    },
    expiresMs: Date.parse(answer.Expiration),
  };
}

async function ask(url: string, init: RequestInit): Promise<string> {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(WAIT_MS), redirect: "error" });
  const text = await answer.text();
  if (answer.ok) return text;
  throw new Error(`${new URL(url).host} answered ${answer.status}: ${text.slice(0, 200)}`);
}
