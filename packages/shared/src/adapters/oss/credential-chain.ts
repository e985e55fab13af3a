import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { Fault } from "../../domain/fault.ts";
import type { OssCredentials } from "./signature.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the chain asks; tests name servers of their own. */
export interface ChainEndpoints {
  /** The metadata service of an ECS instance. */
  readonly metadataUrl: string;
  /** The security token service. */
  readonly stsUrl: string;
}

interface RoleKey {
  readonly key: OssCredentials;
  readonly untilMs: number;
}

const publicEndpoints: ChainEndpoints = {
  metadataUrl: "http://100.100.100.200/latest",
  stsUrl: "https://sts.aliyuncs.com",
};
const answerWithinMs = 5000;
/** Keys of a role are renewed this long before they expire. */
const renewBeforeMs = 300_000;
const metadataTokenSeconds = "21600";

const roleKeySchema = z
  .object({
    AccessKeyId: z.string().min(1),
    AccessKeySecret: z.string().min(1),
    SecurityToken: z.string().min(1),
    Expiration: z.iso.datetime(),
  })
  .transform((found): RoleKey => ({
    key: {
      accessKeyId: found.AccessKeyId,
      secretAccessKey: found.AccessKeySecret,
      sessionToken: found.SecurityToken,
    },
    untilMs: Date.parse(found.Expiration),
  }));

/**
 * Alibaba Cloud's chain, so that no secret stands in the job: the variables OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET and
 * OSS_SESSION_TOKEN, or ALIBABA_CLOUD_ACCESS_KEY_ID, …_ACCESS_KEY_SECRET and …_SECURITY_TOKEN; else the role of ALIBABA_CLOUD_ROLE_ARN by the token in
 * ALIBABA_CLOUD_OIDC_TOKEN_FILE (with …_OIDC_PROVIDER_ARN); else the RAM role of the ECS instance, also in hardened mode.
 */
export function createOssCredentialChain(
  env: Environment,
  endpoints: ChainEndpoints = publicEndpoints,
): () => Promise<OssCredentials> {
  const fixed = keyOfEnvironment(env);
  if (fixed !== undefined) return async () => fixed;
  let held: RoleKey | undefined;
  let renewal: Promise<OssCredentials> | undefined;
  const renew = async (): Promise<OssCredentials> => {
    held = await keyOfRole(env, endpoints);
    return held.key;
  };
  return async () => {
    if (held !== undefined && Date.now() < held.untilMs - renewBeforeMs) return held.key;
    renewal ??= renew().finally(() => (renewal = undefined));
    try {
      return await renewal;
    } catch (error) {
      if (held !== undefined && Date.now() < held.untilMs) return held.key;
      throw error;
    }
  };
}

/** The names of OSS' own tools, then those of Alibaba Cloud's SDKs. */
function keyOfEnvironment(env: Environment): OssCredentials | undefined {
  const accessKeyId = env["OSS_ACCESS_KEY_ID"] || env["ALIBABA_CLOUD_ACCESS_KEY_ID"];
  const secretAccessKey = env["OSS_ACCESS_KEY_SECRET"] || env["ALIBABA_CLOUD_ACCESS_KEY_SECRET"];
  if (!accessKeyId || !secretAccessKey) return undefined;
  const sessionToken = env["OSS_SESSION_TOKEN"] || env["ALIBABA_CLOUD_SECURITY_TOKEN"] || undefined;
  return { accessKeyId, secretAccessKey, sessionToken };
}

async function keyOfRole(env: Environment, endpoints: ChainEndpoints): Promise<RoleKey> {
  const tokenFile = env["ALIBABA_CLOUD_OIDC_TOKEN_FILE"];
  const way = tokenFile ? "the OIDC token" : "the RAM role of this ECS instance";
  try {
    return tokenFile
      ? await keyOfOidcToken(tokenFile, env, endpoints)
      : await keyOfInstance(env["ALIBABA_CLOUD_ECS_METADATA"], endpoints);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const said = `ALIBABA_CLOUD_ACCESS_KEY_ID is not set, and ${way} gives no key: ${why}`;
    // A metadata service that is slow for a moment must fail no object: whoever asked tries again.
    throw new Fault("TARGET_CREDENTIALS_INVALID", "transient", { cause: error, said });
  }
}

/** AssumeRoleWithOIDC needs no signature: the token is the proof. */
async function keyOfOidcToken(file: string, env: Environment, { stsUrl }: ChainEndpoints): Promise<RoleKey> {
  const form = new URLSearchParams({
    Action: "AssumeRoleWithOIDC",
    Version: "2015-04-01",
    Format: "JSON",
    Timestamp: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    SignatureNonce: randomUUID(),
    RoleArn: env["ALIBABA_CLOUD_ROLE_ARN"] ?? "",
    OIDCProviderArn: env["ALIBABA_CLOUD_OIDC_PROVIDER_ARN"] ?? "",
    OIDCToken: (await readFile(file, "utf8")).trim(),
    RoleSessionName: env["ALIBABA_CLOUD_ROLE_SESSION_NAME"] || "causeway",
  });
  const answer = await ask(`${stsUrl}/`, { method: "POST", body: form });
  return z.object({ Credentials: roleKeySchema }).parse(JSON.parse(answer)).Credentials;
}

async function keyOfInstance(named: string | undefined, { metadataUrl }: ChainEndpoints): Promise<RoleKey> {
  const headers = await tokenHeaders(metadataUrl);
  const roles = `${metadataUrl}/meta-data/ram/security-credentials/`;
  const role = named || (await ask(roles, { headers })).trim();
  return roleKeySchema.parse(JSON.parse(await ask(`${roles}${encodeURIComponent(role)}`, { headers })));
}

/** Hardened instances answer only to a token; others do not know of it. */
async function tokenHeaders(metadataUrl: string): Promise<Record<string, string>> {
  const headers = { "X-aliyun-ecs-metadata-token-ttl-seconds": metadataTokenSeconds };
  const token = await ask(`${metadataUrl}/api/token`, { method: "PUT", headers }).catch(() => undefined);
  return token === undefined ? {} : { "X-aliyun-ecs-metadata-token": token };
}

async function ask(url: string, init: RequestInit): Promise<string> {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(answerWithinMs) });
  if (!answer.ok) throw new Error(`${new URL(url).host} answered ${answer.status}`);
  return await answer.text();
}
