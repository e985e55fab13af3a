import { z } from "zod";

import { gather } from "./body.ts";
import { bucketConfigSchema } from "./bucket-config.ts";
import type { Answer, Exchange } from "./exchange.ts";
import { createFaultPlan, faultPlanSchema, type FaultPlan } from "./faults.ts";
import type { RequestLog } from "./request-log.ts";
import type { StoreSet } from "./store-set.ts";

export const ADMIN_PREFIX = "/_emulator/";

/** What the admin endpoint can see and change. */
export interface AdminSubject {
  readonly stores: StoreSet;
  readonly requests: RequestLog;
  readonly faults: { current: FaultPlan };
}

const BODY_BYTES = 16 * 1024 * 1024;

/**
 * Steers a running emulator from another process: `faults` (GET, PUT, DELETE), `requests` (GET, DELETE),
 * `buckets/<name>` (GET, PUT, DELETE). Needs no signature: whoever reaches an emulator may steer it.
 */
export async function answerAdmin(exchange: Exchange, subject: AdminSubject): Promise<Answer> {
  const [area = "", name = ""] = exchange.rawPath.slice(ADMIN_PREFIX.length).split("/");
  try {
    switch (`${exchange.method} ${area}`) {
      case "GET faults":
        return json(200, subject.faults.current.config);
      case "PUT faults":
        subject.faults.current = createFaultPlan(faultPlanSchema.parse(await readJson(exchange)));
        return json(200, subject.faults.current.config);
      case "DELETE faults":
        subject.faults.current = createFaultPlan({ seed: 1, rules: [] });
        return json(200, subject.faults.current.config);
      case "GET requests":
        return json(200, subject.requests.read());
      case "DELETE requests":
        subject.requests.clear();
        return json(200, {});
      default:
        return area === "buckets"
          ? await answerBucket(exchange, name, subject.stores)
          : json(404, { error: "no such page" });
    }
  } catch (error) {
    if (error instanceof z.ZodError) return json(400, { error: z.prettifyError(error) });
    if (error instanceof SyntaxError) return json(400, { error: error.message });
    throw error;
  }
}

async function answerBucket(exchange: Exchange, name: string, stores: StoreSet): Promise<Answer> {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/u.test(name)) return json(400, { error: "not a bucket's name" });
  const bucket = stores.get(name);
  switch (exchange.method) {
    case "GET":
      return bucket === undefined ? json(404, { error: "no such bucket" }) : json(200, bucket.config);
    case "PUT":
      return json(200, (await stores.create(name, bucketConfigSchema.parse(await readJson(exchange)))).config);
    case "DELETE":
      await stores.remove(name);
      return json(200, {});
    default:
      return json(405, { error: "GET, PUT or DELETE" });
  }
}

async function readJson(exchange: Exchange): Promise<unknown> {
  return JSON.parse((await gather(exchange.body, BODY_BYTES)).toString("utf8"));
}

function json(status: number, value: unknown): Answer {
  return { status, headers: { "content-type": "application/json" }, body: Buffer.from(JSON.stringify(value)) };
}
