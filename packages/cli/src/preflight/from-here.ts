import { randomUUID } from "node:crypto";
import { createSystemClock } from "@causeway/shared/adapters/system/clock.ts";
import { jobSpecSchema, splitSecrets } from "@causeway/shared/domain/job-spec.ts";
import { listPrices } from "@causeway/shared/domain/preflight/prices.ts";
import { networkSettings, preflightSettings, storeSettings } from "@causeway/shared/platform/shared-settings.ts";
import { parseSettings } from "@causeway/shared/platform/settings.ts";
import { type PreflightRequest, type PreflightResult, runPreflight } from "@causeway/shared/preflight/run.ts";
import { networkRulesOf } from "@causeway/shared/wiring/network.ts";
import { createStoreOpener } from "@causeway/shared/wiring/stores.ts";
import type { CliContext } from "../context.ts";
import { refusal } from "../refusal.ts";
import { hostCheck } from "./host-check.ts";

const checkLimitMs = 15_000;

/**
 * Looks at both stores from this process, with the settings that a worker on this host would have (OSS_ALLOWED_CIDRS,
 * CREDENTIALS_ENV_PREFIXES, S3_CANARY_BUCKET, CA_FILE, HTTPS_PROXY, NO_PROXY).
 */
export async function lookFromHere(
  context: CliContext,
  body: unknown,
  given: PreflightRequest["given"],
): Promise<PreflightResult> {
  const job = jobSpecSchema.safeParse(body);
  if (!job.success) {
    throw refusal(job.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`));
  }
  const { environment } = context.config;
  const read = parseSettings({ ...networkSettings, ...storeSettings, ...preflightSettings }, environment);
  if ("faults" in read) throw refusal(read.faults);
  const { CREDENTIALS_ENV_PREFIXES: prefixes, OSS_ALLOWED_CIDRS: targetCidrs } = read.settings;
  const network = networkRulesOf(read.settings);
  const { open: spec, credentials } = splitSecrets(job.data);
  const opener = createStoreOpener({ env: environment, prefixes, connections: 16, targetCidrs, ...network });
  const probeName = `.causeway-preflight-${randomUUID()}`;
  const tools = {
    opener,
    clock: createSystemClock(),
    blocks: targetCidrs.length > 0 ? ("named" as const) : ("none" as const),
    canaryBucket: read.settings.S3_CANARY_BUCKET,
    prices: listPrices,
    workerProcesses: 0,
    surroundings: [hostCheck({ opener, spec, credentials, probeName })],
    probeName,
    limitMs: checkLimitMs,
  };
  return runPreflight({ spec, credentials, given }, tools, context.stopping);
}
