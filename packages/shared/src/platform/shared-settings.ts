import { z } from "zod";
import { flag, listOf, optionalText, port, wholeNumber } from "./setting-kinds.ts";
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
  REDIS_URL: {
    schema: z
      .string()
      .regex(
        /^(rediss?:\/\/|unix:\/|\/)/,
        "must be redis://, rediss:// or the path of a socket such as /run/redis.sock",
      ),
    default: "redis://127.0.0.1:6379",
    doc: "Where Redis listens: redis://, rediss:// (TLS) or the path of a Unix socket. It must run with AOF and noeviction.",
  },
  LOG_LEVEL: {
    schema: z.enum(logLevels, { error: `must be one of ${logLevels.join(", ")}` }),
    default: "info",
    doc: `How much is logged: ${logLevels.join(", ")}.`,
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

/** Settings of every service that reads or writes the journal. */
export const journalSettings = {
  JOURNAL_URL: {
    schema: z.string().regex(/^file:\/\/\/./, "must be a folder as file:///absolute/path"),
    default: "file:///var/lib/causeway/journal",
    doc: "Where the record of every object's outcome goes: a folder as file:///absolute/path.",
  },
  JOURNAL_SHARED: {
    schema: flag,
    default: "false",
    doc: "Declares that the folder of JOURNAL_URL is one and the same on all hosts (a shared volume or mount).",
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
  CA_FILE: {
    schema: optionalText,
    default: "",
    doc: "A PEM file with further certificate authorities for the stores' TLS.",
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
