import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { SecretRef } from "./secret-ref.ts";
import type { SecretAnswer, SecretSource } from "./secret-source.ts";

const answerWithinMs = 15_000;

export interface SecretPlaces {
  /** The AWS region of the parameter store and Secrets Manager. */
  readonly region: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads from the parameter store and Secrets Manager of `region`, with AWS' own chain of credentials: on EC2 the instance's
 * role. Files are read as they are, without a last line break.
 */
export function createSecretSource(options: SecretPlaces): SecretSource {
  return {
    async read(ref) {
      try {
        return await readFrom(ref, options);
      } catch (error) {
        return { obstacle: `${ref.text} ${reasonOf(error, ref)}` };
      }
    },
  };
}

async function readFrom(ref: SecretRef, { region, env }: SecretPlaces): Promise<SecretAnswer> {
  switch (ref.from) {
    case "ssm":
      return readParameter(ref.name, ref.text, region);
    case "secretsmanager":
      return readSecret(ref, region);
    case "env":
      return filled(env[ref.name] ?? "", ref.text);
    case "file":
      return readFile(ref.path, "utf8").then((text) => filled(text.replace(/\r?\n$/, ""), ref.text));
    default:
      return ref satisfies never;
  }
}

async function readParameter(name: string, text: string, region: string | undefined): Promise<SecretAnswer> {
  const { SSMClient, GetParameterCommand } = await import("@aws-sdk/client-ssm");
  const client = new SSMClient(region === undefined ? {} : { region });
  const { Parameter: parameter } = await client.send(new GetParameterCommand({ Name: name, WithDecryption: true }), {
    abortSignal: AbortSignal.timeout(answerWithinMs),
  });
  if (parameter?.Type !== "SecureString") {
    return { obstacle: `${text} is stored in clear: make the parameter a SecureString, and change the secret.` };
  }
  return filled(parameter.Value ?? "", text);
}

type ManagedRef = Extract<SecretRef, { readonly from: "secretsmanager" }>;

async function readSecret({ id, key, text }: ManagedRef, region: string | undefined): Promise<SecretAnswer> {
  const { SecretsManagerClient, GetSecretValueCommand } = await import("@aws-sdk/client-secrets-manager");
  const client = new SecretsManagerClient(region === undefined ? {} : { region });
  const { SecretString: value } = await client.send(new GetSecretValueCommand({ SecretId: id }), {
    abortSignal: AbortSignal.timeout(answerWithinMs),
  });
  if (value === undefined) return { obstacle: `${text} is binary: store it as text.` };
  return key === undefined ? filled(value, text) : filled(valueUnder(key, value) ?? "", text);
}

function valueUnder(key: string, json: string): string | undefined {
  const parsed = z.record(z.string(), z.unknown()).safeParse(parsedJson(json));
  const value = parsed.success ? parsed.data[key] : undefined;
  return typeof value === "string" ? value : undefined;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function filled(secret: string, text: string): SecretAnswer {
  return secret === "" ? { obstacle: `${text} holds nothing: store the secret there.` } : { secret };
}

/** What AWS and the file system say, with the cure. */
function reasonOf(error: unknown, ref: SecretRef): string {
  const name = error instanceof Error ? error.name : "";
  const message = error instanceof Error ? error.message : String(error);
  switch (name) {
    case "ParameterNotFound":
    case "ResourceNotFoundException":
      return "does not exist in this account and region: create it, or correct the name.";
    case "AccessDeniedException":
      return `may not be read by this host: allow its role ${actionOf(ref)} on it, and kms:Decrypt on its key. (${message})`;
    case "CredentialsProviderError":
      return "cannot be asked for without credentials: give the instance a profile.";
    case "TimeoutError":
    case "AbortError":
      return "was not answered in time: check the route to AWS' endpoints from this host.";
    default:
      return `cannot be read: ${message}`;
  }
}

function actionOf(ref: SecretRef): string {
  return ref.from === "ssm" ? "ssm:GetParameter" : "secretsmanager:GetSecretValue";
}
