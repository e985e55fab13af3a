import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { assetAt } from "@causeway/dashboard/assets/asset.ts";
import { createMemoryLedger } from "@causeway/shared/adapters/memory/ledger/ledger.ts";
import { createSeal } from "@causeway/shared/adapters/system/seal.ts";
import type { Outcome } from "@causeway/shared/domain/outcome.ts";
import { createMetrics, type Metrics } from "@causeway/shared/platform/metrics.ts";
import type { Ledger } from "@causeway/shared/ports/ledger.ts";
import type { CredentialSeal } from "@causeway/shared/ports/secrets.ts";
import { createManualClock, type ManualClock } from "@causeway/shared/testing/manual-clock.ts";
import type { ApiPorts } from "../src/api-ports.ts";
import type { ApiApp } from "../src/http/app-type.ts";
import { createFleetMetrics } from "../src/fleet-metrics.ts";
import { createApp } from "../src/app.ts";
import { hashedKey } from "../src/http/auth.ts";
import { memoryPreflight } from "./preflight-ports.ts";
import { createAddressRules } from "@causeway/shared/wiring/address-rules.ts";

export interface Fixture {
  readonly app: ApiApp;
  readonly ledger: Ledger;
  readonly clock: ManualClock;
  readonly meter: Metrics;
  readonly seal: CredentialSeal;
  /** What the journal holds, by job. */
  readonly journal: Map<string, Outcome[]>;
  /** Turns the ledger off and on. */
  readonly link: { isUp: boolean };
  readonly call: (
    method: "GET" | "POST" | "PATCH" | "DELETE",
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  // Answers are looked at field by field in the tests' own words.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any;
}

export const keys = { read: "read-key-1234", operate: "operate-key-1234", admin: "admin-key-1234" } as const;

/** The dashboard has tests of its own. */
const page = { index: assetAt("/", "text/html; charset=utf-8", "<!doctype html>"), assets: new Map() };

/** The API on a ledger in memory, called without a socket. */
export async function openFixture({ requestsPerSecond = 0 } = {}): Promise<Fixture> {
  const clock = createManualClock();
  const ledger = createMemoryLedger(clock);
  const seal = createSeal(Buffer.alloc(32, 7));
  const journal = new Map<string, Outcome[]>();
  const link = { isUp: true };
  const meter = createMetrics("api");
  const world = { meter, ledger, clock, seal, journal, link };
  const app = await createApp(portsOf(world), {
    keys: (["read", "operate", "admin"] as const).map((role) => hashedKey({ name: role, role }, keys[role])),
    requestsPerSecond,
    rules: {
      addresses: createAddressRules(["*.amazonaws.com", "*.aliyuncs.com"]),
      environmentPrefixes: ["SRC_"],
      webhooks: "signed",
    },
    version: "0.0.0",
    page,
    log: undefined,
  });
  return {
    ...world,
    app,
    call: async (method, url, body, headers = {}) => {
      const response = await app.inject({
        method,
        url,
        headers: { authorization: `Bearer ${keys.admin}`, ...headers },
        ...(body === undefined ? {} : { payload: body as object }),
      });
      const isJson = /(\/|\+)json/.test(String(response.headers["content-type"]));
      return {
        status: response.statusCode,
        headers: response.headers,
        text: response.body,
        json: isJson && response.body !== "" ? response.json() : undefined,
      };
    },
  };
}

function portsOf({ meter, ledger, clock, seal, journal, link }: Omit<Fixture, "app" | "call">): ApiPorts {
  return {
    jobs: { ...ledger.jobs, get: (id) => (link.isUp ? ledger.jobs.get(id) : Promise.reject(new Error("away"))) },
    history: ledger.history,
    removal: ledger.jobs,
    active: { active: () => slowly(ledger.dispatch.active()) },
    failures: ledger.failures,
    shards: ledger.plans,
    workers: ledger.workers,
    journal: {
      async *read(jobId) {
        yield* journal.get(jobId) ?? [];
      },
      remove: async (jobId) => void journal.delete(jobId),
    },
    preflight: memoryPreflight(),
    lease: ledger.lease,
    seal,
    clock,
    newJobId: () => randomUUID(),
    isLedgerReachable: async () => link.isUp,
    meter,
    measureFleet: createFleetMetrics({
      active: ledger.dispatch,
      workers: ledger.workers,
      isLedgerReachable: async () => link.isUp,
      meter,
      clock,
    }),
    metricsText: () => meter.text(),
  };
}

/** As slow as over a network, so that two calls that come at once can overtake each other. */
async function slowly<T>(answer: Promise<T>): Promise<T> {
  await wait(5);
  return answer;
}

export const secrets = ["SOURCE-SECRET-aaaa", "TARGET-SECRET-bbbb", "TOKEN-cccc"] as const;

/** The seed's job. */
export function seedJob(overrides: Readonly<Record<string, unknown>> = {}) {
  return {
    name: "local_test",
    source: {
      region: "ap-northeast-1",
      endpoint: "https://s3.ap-northeast-1.amazonaws.com",
      bucket: "eric-s3-tokyo",
      prefix: "source_folder/",
      credentials: { accessKeyId: "AKIASOURCE", secretAccessKey: secrets[0], sessionToken: secrets[2] },
    },
    target: {
      region: "cn-shanghai",
      endpoint: "http://oss-cn-shanghai-internal.aliyuncs.com",
      bucket: "eric-oss-datastore-shanghai",
      prefix: "destination_folder/",
      credentials: { accessKeyId: "LTAITARGET", secretAccessKey: secrets[1] },
    },
    ...overrides,
  };
}
