import { createMemorySource } from "@causeway/shared/adapters/memory/object-source.ts";
import { createMemoryTarget } from "@causeway/shared/adapters/memory/object-target.ts";
import { listPrices } from "@causeway/shared/domain/preflight/prices.ts";
import type { StoreLook } from "@causeway/shared/ports/store-look.ts";
import type { PreflightPorts } from "../src/preflight/preflight-ports.ts";

/** What a preflight of the API looks at where all stores are in memory and nothing is wrong. */
export function memoryPreflight(): PreflightPorts {
  return {
    opener: {
      source: () => createMemorySource(),
      target: () => createMemoryTarget(),
      sourceLook: ({ region }) => look(region),
      targetLook: ({ region }) => look(region),
    },
    blocks: "named",
    canaryBucket: undefined,
    prices: listPrices,
    readRedis: async () => [
      {
        settings: { appendonly: "yes", appendfsync: "everysec", "maxmemory-policy": "noeviction" },
        usedBytes: 1,
        maxBytes: 0,
      },
    ],
    journal: { check: async () => undefined },
    journalKind: "bucket",
    host: "here",
    newProbeName: () => ".probe",
  };
}

function look(region: string): StoreLook {
  return {
    addresses: async () => ({ host: "memory", via: "direct", found: [{ address: "127.0.0.1", allowed: true }] }),
    greet: async () => ({ storeClockMs: 0, ourClockMs: 0, roundTripMs: 1 }),
    region: async () => region,
    close: async () => undefined,
  };
}
