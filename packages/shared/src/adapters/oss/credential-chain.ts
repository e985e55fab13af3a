import { z } from "zod";
import { Fault } from "../../domain/fault.ts";
import type { OssCredentials } from "./signature.ts";

/** The metadata service of an ECS instance; https://www.alibabacloud.com/help/en/ecs/user-guide/view-instance-metadata */
const metadataUrl = "http://100.100.100.200/latest";
const answerWithinMs = 5000;
/** Keys are renewed this long before they expire. */
const renewBeforeMs = 300_000;
const metadataTokenSeconds = "21600";

const roleKeySchema = z.object({
  Code: z.literal("Success"),
  AccessKeyId: z.string().min(1),
  AccessKeySecret: z.string().min(1),
  SecurityToken: z.string().min(1),
  Expiration: z.iso.datetime(),
});

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Alibaba Cloud's chain without a secret in the job: the variables ALIBABA_CLOUD_ACCESS_KEY_ID, …_ACCESS_KEY_SECRET and
 * …_SECURITY_TOKEN, else the RAM role of the ECS instance (in hardened mode too). Keys of a role are kept and renewed.
 */
export function createOssCredentialChain(env: Environment): () => Promise<OssCredentials> {
  const fixed = keyOfEnvironment(env);
  if (fixed !== undefined) return async () => fixed;
  let held: { readonly key: OssCredentials; readonly untilMs: number } | undefined;
  let renewal: Promise<OssCredentials> | undefined;
  const renew = async (): Promise<OssCredentials> => {
    held = await keyOfInstance(env["ALIBABA_CLOUD_ECS_METADATA"]);
    return held.key;
  };
  return async () => {
    if (held !== undefined && Date.now() < held.untilMs - renewBeforeMs) return held.key;
    renewal ??= renew().finally(() => (renewal = undefined));
    return await renewal;
  };
}

function keyOfEnvironment(env: Environment): OssCredentials | undefined {
  const accessKeyId = env["ALIBABA_CLOUD_ACCESS_KEY_ID"];
  const secretAccessKey = env["ALIBABA_CLOUD_ACCESS_KEY_SECRET"];
  if (!accessKeyId || !secretAccessKey) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken: env["ALIBABA_CLOUD_SECURITY_TOKEN"] || undefined };
}

async function keyOfInstance(named: string | undefined): Promise<{ key: OssCredentials; untilMs: number }> {
  try {
    const headers = await tokenHeaders();
    const role = named || (await ask("/meta-data/ram/security-credentials/", { headers })).trim();
    const answer = await ask(`/meta-data/ram/security-credentials/${encodeURIComponent(role)}`, { headers });
    const found = roleKeySchema.parse(JSON.parse(answer));
    return {
      key: {
        accessKeyId: found.AccessKeyId,
        secretAccessKey: found.AccessKeySecret,
        sessionToken: found.SecurityToken,
      },
      untilMs: Date.parse(found.Expiration),
    };
  } catch (error) {
    const said = "neither ALIBABA_CLOUD_ACCESS_KEY_ID and …_SECRET nor a RAM role of this ECS instance was found";
    throw new Fault("TARGET_CREDENTIALS_INVALID", "permanent", { cause: error, said });
  }
}

/** Hardened instances answer only to a token; others ignore it. */
async function tokenHeaders(): Promise<Record<string, string>> {
  const headers = { "X-aliyun-ecs-metadata-token-ttl-seconds": metadataTokenSeconds };
  const token = await ask("/api/token", { method: "PUT", headers }).catch(() => undefined);
  return token === undefined ? {} : { "X-aliyun-ecs-metadata-token": token };
}

async function ask(path: string, init: RequestInit): Promise<string> {
  const answer = await fetch(`${metadataUrl}${path}`, { ...init, signal: AbortSignal.timeout(answerWithinMs) });
  if (!answer.ok) throw new Error(`the metadata service answered ${answer.status} to ${path}`);
  return await answer.text();
}
