import { z } from "zod";
import { listOf, optionalText, port, wholeNumber } from "./setting-kinds.ts";
import type { Setting, SettingsDeclaration } from "./settings.ts";

const secretKeyBytes = 32;

const logLevels = ["fatal", "error", "warn", "info", "debug", "trace"] as const;
export type LogLevel = (typeof logLevels)[number];

const cidrSchema = z.union([z.cidrv4(), z.cidrv6()], { error: "must be CIDR blocks such as 100.64.0.0/10" });

const endpointPatternSchema = z
  .string()
  .regex(/^(\*\.)?[A-Za-z0-9.[\]:-]+$/, "must be hosts such as minio.example.com, *.example.com or 127.0.0.1:9000");

/** Settings that every service reads. */
export const commonSettings = {
  LOG_LEVEL: {
    schema: z.enum(logLevels, { error: `must be one of ${logLevels.join(", ")}` }),
    default: "info",
    doc: `How much is logged: ${logLevels.join(", ")}.`,
  },
} as const satisfies SettingsDeclaration;

/** How every service reaches what is outside. */
export const networkSettings = {
  CA_FILE: {
    schema: optionalText,
    default: "",
    doc: "A PEM file with further certificate authorities for TLS to the stores, to a journal in a bucket and to Redis.",
  },
  HTTPS_PROXY: {
    schema: optionalText.refine(
      (text) => text === undefined || /^https?:\/\/[^/]+\/?$/.test(text),
      "must be a proxy such as http://proxy.example.com:3128",
    ),
    default: "",
    doc:
      "An HTTP proxy for the stores and a journal in a bucket, as http://user:password@host:3128. Loopback, OSS' internal endpoints and " +
      "targets with pinned addresses or OSS_ALLOWED_CIDRS are reached without it.",
    secret: true,
  },
  NO_PROXY: {
    schema: listOf(z.string()),
    default: "",
    doc: "What is reached without HTTPS_PROXY, comma-separated: hosts, domains such as .example.com (also with :port), addresses, CIDR blocks, or *.",
  },
} as const satisfies SettingsDeclaration;

/** Settings of every service that seals or opens credentials. */
export const sealSettings = {
  SECRET_KEY: {
    schema: z
      .string()
      .refine((text) => Buffer.from(text, "base64").length === secretKeyBytes, {
        message: "must be 32 bytes in base64, as `openssl rand -base64 32` prints them",
      })
      .transform((text) => Buffer.from(text, "base64")),
    default: undefined,
    doc: "Seals the jobs' credentials in Redis: 32 bytes in base64, the same for all services (`openssl rand -base64 32`).",
    secret: true,
  },
} as const satisfies SettingsDeclaration;

/** Settings of every service that talks to the stores. */
export const storeSettings = {
  CREDENTIALS_ENV_PREFIXES: {
    schema: listOf(z.string().regex(/^[A-Z][A-Z0-9_]*_$/, "must be prefixes such as SRC_")),
    default: "",
    doc: 'Prefixes of environment variables that jobs may name as `"credentials": { "from": "environment" }`, comma-separated.',
  },
  OSS_ALLOWED_CIDRS: {
    schema: listOf(cidrSchema),
    default: "",
    doc: "Address blocks that the target may resolve to, comma-separated; anything else gets not a byte. Empty: no check.",
  },
} as const satisfies SettingsDeclaration;

/** What a preflight needs to know of the network. */
export const preflightSettings = {
  S3_CANARY_BUCKET: {
    schema: optionalText,
    default: "",
    doc:
      "A bucket that the policy of the VPC's endpoint for S3 denies and the source's credentials may list otherwise: a preflight takes that denial as the proof " +
      "that S3 is reached through the endpoint. Empty: it cannot tell.",
  },
} as const satisfies SettingsDeclaration;

/** Which hosts a job may name; checked where jobs are submitted and again where stores are opened. */
export const endpointSettings = {
  ALLOWED_ENDPOINTS: {
    schema: listOf(endpointPatternSchema),
    default: "*.amazonaws.com,*.amazonaws.com.cn,*.aliyuncs.com",
    doc: "Hosts that a job may name as endpoints, comma-separated, each with an optional *. in front and :port behind.",
  },
} as const satisfies SettingsDeclaration;

const leastSecretBytes = 24;
const webhookSecret = z
  .string()
  .transform((text) => Buffer.from(text.replace(/^whsec_/, ""), "base64"))
  .refine((secret) => secret.length >= leastSecretBytes, {
    message: `must be at least ${leastSecretBytes} bytes in base64, as \`openssl rand -base64 32\` prints them`,
  });

/** What jobs' webhooks are signed with. */
export const webhookSettings = {
  WEBHOOK_SECRET: {
    schema: listOf(webhookSecret),
    default: "",
    doc: "Signs what jobs' webhooks are told, in base64 (`openssl rand -base64 32`); two, comma-separated, while it is replaced. Empty: no webhooks.",
    secret: true,
  },
} as const satisfies SettingsDeclaration;

/** The small HTTP server of master and worker; `defaultPort` keeps them apart on one host. */
export function healthSettings(defaultPort: number): {
  readonly HEALTH_HOST: Setting<string>;
  readonly HEALTH_PORT: Setting<number>;
} {
  return {
    HEALTH_HOST: {
      schema: z.string().min(1, "must be an address"),
      default: "127.0.0.1",
      doc: "The address on which /healthz, /readyz and /metrics of master and worker are served.",
    },
    HEALTH_PORT: { schema: port, default: String(defaultPort), doc: "Its port; 0: any free one (the log says which)." },
  };
}

/** How long a service may take to end what it holds once it is told to stop. */
export const drainSettings = {
  DRAIN_TIMEOUT_MS: {
    schema: wholeNumber(0, 3_600_000),
    default: "25000",
    doc: "How long a stopping service waits for what it holds before it hands it back, in ms; stay below the platform's grace period.",
  },
} as const satisfies SettingsDeclaration;
