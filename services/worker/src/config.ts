import { journalSettings } from "@causeway/shared/adapters/journal/journal-settings.ts";
import { redisSettings } from "@causeway/shared/adapters/redis/redis-settings.ts";
import { availableParallelism } from "node:os";
import type { Limits } from "@causeway/shared/domain/limits.ts";
import { oneOf, optionalText, wholeNumber } from "@causeway/shared/platform/setting-kinds.ts";
import {
  readSettings,
  type Settings,
  type SettingsDeclaration,
  type SettingsHost,
} from "@causeway/shared/platform/settings.ts";
import {
  commonSettings,
  drainSettings,
  healthSettings,
  networkSettings,
  sealSettings,
  endpointSettings,
  storeSettings,
} from "@causeway/shared/platform/shared-settings.ts";
import { version } from "@causeway/shared/platform/version.ts";
import type { TunnelLink } from "@causeway/shared/ports/tunnel-link.ts";
import type { JournalRules } from "@causeway/shared/wiring/journal.ts";
import { networkRulesOf } from "@causeway/shared/wiring/network.ts";
import type { StoreRules } from "@causeway/shared/wiring/stores.ts";
import type { Identity } from "./heartbeat.ts";
import type { ProcessPlan } from "./processes.ts";

const defaultHealthPort = 8082;

/** All settings of the worker. */
export const workerSettings = {
  ...redisSettings,
  ...commonSettings,
  ...sealSettings,
  ...journalSettings,
  ...networkSettings,
  ...storeSettings,
  ...endpointSettings,
  ...healthSettings(defaultHealthPort),
  ...drainSettings,
  WORKER_PROCESSES: {
    schema: wholeNumber(0, 256),
    default: "0",
    doc: "How many worker processes run side by side; 0: one for each core. Their health ports count up from HEALTH_PORT.",
  },
  WORKER_TASK_CONCURRENCY: {
    schema: wholeNumber(1, 64),
    default: "4",
    doc: "How many tasks a worker process holds at once; their objects share its connections.",
  },
  WORKER_CONNECTIONS: {
    schema: wholeNumber(1, 4096),
    default: "64",
    doc: "Connections that a worker process uses at once to the source, and as many to the target. A large body takes one to either side; a small object first one to the source, then one to the target.",
  },
  WORKER_MEMORY_BYTES: {
    schema: wholeNumber(16_777_216, 1_099_511_627_776),
    default: "67108864",
    doc: "Memory that a worker process spends on bodies, in bytes; the process itself takes about 200 MB beside it.",
  },
  PATH_BYTES_PER_SECOND: {
    schema: wholeNumber(0, Number.MAX_SAFE_INTEGER),
    default: "0",
    doc: "What all jobs and all workers together may send to one target endpoint, bytes per second; 0: no limit.",
  },
  PATH_REQUESTS_PER_SECOND: {
    schema: wholeNumber(0, Number.MAX_SAFE_INTEGER),
    default: "0",
    doc: "The same in requests per second, those to the source counted in; 0: no limit.",
  },
  TUNNEL_VICI_SOCKET: {
    schema: optionalText.refine(
      (text) => text === undefined || text.startsWith("/"),
      "must be a path such as /run/charon.vici",
    ),
    default: "",
    doc:
      "The VICI socket of this host's charon, /run/charon.vici as Debian installs it: the worker then takes tasks only while the tunnel carries the target's " +
      "addresses and they answer through it. Empty: nobody looks.",
  },
  SPOT_NOTICE_URL: {
    schema: optionalText.refine(
      (text) => text === undefined || /^https?:\/\/./.test(text),
      "must be an http:// address",
    ),
    default: "",
    doc:
      "Where the notice appears that this host is to be taken away; the worker then drains. On EC2 http://169.254.169.254/latest/meta-data/spot/instance-action, " +
      "on ECS http://100.100.100.200/latest/meta-data/instance/spot/termination-time. Empty: nobody looks.",
  },
  CRC64_ENGINE: {
    schema: oneOf("auto", "wasm"),
    default: "auto",
    doc: "What computes CRC-64: auto takes the native module where it was built, else WebAssembly; wasm never the native one.",
  },
} as const satisfies SettingsDeclaration;

export type WorkerConfig = Settings<typeof workerSettings>;

/** Reads the worker's settings from the environment. */
export function readWorkerConfig(host: SettingsHost): WorkerConfig {
  return readSettings(workerSettings, process.env, host);
}

/** By which rules the worker opens stores. */
export function storeRulesOf(config: WorkerConfig): StoreRules {
  return {
    env: process.env,
    prefixes: config.CREDENTIALS_ENV_PREFIXES,
    connections: config.WORKER_CONNECTIONS,
    targetCidrs: config.OSS_ALLOWED_CIDRS,
    allowedEndpoints: config.ALLOWED_ENDPOINTS,
    ...networkRulesOf(config),
  };
}

/** What all jobs together may use of one path. */
export function pathLimitsOf(config: WorkerConfig): Limits {
  const { PATH_BYTES_PER_SECOND: bytesPerSecond, PATH_REQUESTS_PER_SECOND: requestsPerSecond } = config;
  return { bytesPerSecond, requestsPerSecond, timetable: [] };
}

/** The tunnel that every target is reached through, as `open` opens it; undefined: this host has none to look after. */
export function linkOf(
  { TUNNEL_VICI_SOCKET: socket }: WorkerConfig,
  open: (socket: string) => TunnelLink,
): TunnelLink | undefined {
  return socket === undefined ? undefined : open(socket);
}

/** Under which name this process works. */
export function identityOf(
  config: WorkerConfig,
  { host, pid, nonce }: { readonly host: string; readonly pid: number; readonly nonce: string },
): Identity {
  return { id: `${host}-${pid}-${nonce}`, host, pid, version, taskSlots: config.WORKER_TASK_CONCURRENCY };
}

/** The processes that this one has to run, if it is more than itself. */
export function processPlanOf(config: WorkerConfig): ProcessPlan {
  return {
    count: config.WORKER_PROCESSES === 0 ? availableParallelism() : config.WORKER_PROCESSES,
    environmentOf: (n) => ({
      ...process.env,
      WORKER_PROCESSES: "1",
      // The first process looks, and passes its end on.
      SPOT_NOTICE_URL: "",
      HEALTH_PORT: String(config.HEALTH_PORT === 0 ? 0 : config.HEALTH_PORT + n),
    }),
  };
}

/** Where the journal lies and with which keys. */
export function journalRulesOf(config: WorkerConfig): JournalRules {
  return {
    place: config.JOURNAL_URL,
    accessKeyId: config.JOURNAL_ACCESS_KEY_ID,
    secretAccessKey: config.JOURNAL_SECRET_ACCESS_KEY,
    env: process.env,
    ...networkRulesOf(config),
  };
}
