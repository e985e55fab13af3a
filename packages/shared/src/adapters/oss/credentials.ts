import { type CredentialHost, readEnvironmentKey } from "../../domain/environment-credentials.ts";
import { Fault } from "../../domain/fault.ts";
import type { Credentials } from "../../domain/job-spec.ts";
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

/**
 * Gives a job's credentials for the target, whatever way the job names them. Throws TARGET_CREDENTIALS_INVALID, with the reason,
 * where this host cannot give them. The default chain is: environment, OIDC (RRSA on ACK), the RAM role of the ECS instance.
 */
export function createOssCredentials(
  named: Credentials,
  host: CredentialHost,
  endpoints: RoleEndpoints = usualEndpoints,
): () => Promise<OssCredentials> {
  if (!("from" in named)) return async () => named;
  if (named.from === "environment") {
    return async () => {
      const key = readEnvironmentKey(named.prefix, host);
      if (typeof key === "string") throw invalid(key);
      return key;
    };
  }
  return chainOf(host.environment, endpoints);
}

function chainOf(environment: CredentialHost["environment"], endpoints: RoleEndpoints): () => Promise<OssCredentials> {
  const fixed = fixedKey(environment);
  if (fixed !== undefined) return async () => fixed;
  const { ALIBABA_CLOUD_ROLE_ARN: role, ALIBABA_CLOUD_OIDC_PROVIDER_ARN: provider } = environment;
  const tokenFile = environment["ALIBABA_CLOUD_OIDC_TOKEN_FILE"];
  const renew =
    role && provider && tokenFile
      ? () => assumeRoleWithOidc(endpoints.sts, { role, provider, tokenFile })
      : () => readRamRole(endpoints.metadata, environment["ALIBABA_CLOUD_ECS_METADATA"]);
  return createRenewing(async () => {
    try {
      return await renew();
    } catch (error) {
      throw invalid(error instanceof Error ? error.message : String(error), error);
    }
  });
}

/** The names of OSS' own tools, then those of Alibaba Cloud's SDKs. */
function fixedKey(environment: CredentialHost["environment"]): OssCredentials | undefined {
  const pick = (...names: readonly string[]) => names.map((name) => environment[name]).find((value) => value);
  const accessKeyId = pick("OSS_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_ID");
  const secretAccessKey = pick("OSS_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_ACCESS_KEY_SECRET");
  const sessionToken = pick("OSS_SESSION_TOKEN", "ALIBABA_CLOUD_SECURITY_TOKEN");
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken };
}

function invalid(said: string, cause?: unknown): Fault {
  return new Fault("TARGET_CREDENTIALS_INVALID", "permanent", { cause, said });
}
