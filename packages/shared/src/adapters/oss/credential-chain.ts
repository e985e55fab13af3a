import { Fault } from "../../domain/fault.ts";
import { createRenewing } from "./renewing.ts";
import { assumeRoleWithOidc, readRamRole } from "./role-credentials.ts";
import type { OssCredentials } from "./signature.ts";

/** Where Alibaba gives out temporary credentials; tests put their own there. */
export interface RoleEndpoints {
  /** The ECS metadata service. */
  readonly metadata: string;
  readonly sts: string;
}

const usualEndpoints: RoleEndpoints = { metadata: "http://100.100.100.200", sts: "https://sts.aliyuncs.com" };

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Alibaba Cloud's chain without a secret in the job: OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET and OSS_SESSION_TOKEN or
 * ALIBABA_CLOUD_ACCESS_KEY_ID, …_ACCESS_KEY_SECRET and …_SECURITY_TOKEN; else the OIDC token of a pod (RRSA on ACK); else the RAM role
 * of the ECS instance. Keys of a role are kept and renewed. Gives TARGET_CREDENTIALS_INVALID, with the reason, where there are none.
 */
export function createOssCredentialChain(
  env: Environment,
  endpoints: RoleEndpoints = usualEndpoints,
): () => Promise<OssCredentials> {
  const fixed = keyOfEnvironment(env);
  if (fixed !== undefined) return async () => fixed;
  const { ALIBABA_CLOUD_ROLE_ARN: role, ALIBABA_CLOUD_OIDC_PROVIDER_ARN: provider } = env;
  const tokenFile = env["ALIBABA_CLOUD_OIDC_TOKEN_FILE"];
  const renew =
    role && provider && tokenFile
      ? () => assumeRoleWithOidc(endpoints.sts, { role, provider, tokenFile })
      : () => readRamRole(endpoints.metadata, env["ALIBABA_CLOUD_ECS_METADATA"]);
  return createRenewing(async () => {
    try {
      return await renew();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const said = `no key in the environment, and no role: ${why}`;
      throw new Fault("TARGET_CREDENTIALS_INVALID", "permanent", { cause: error, said });
    }
  });
}

function keyOfEnvironment(env: Environment): OssCredentials | undefined {
  const pick = (...names: readonly string[]) => names.map((name) => env[name]).find((value) => value);
  const accessKeyId = pick("OSS_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_ID");
  const secretAccessKey = pick("OSS_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_ACCESS_KEY_SECRET");
  const sessionToken = pick("OSS_SESSION_TOKEN", "ALIBABA_CLOUD_SECURITY_TOKEN");
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken };
}
