import type { Page } from "@causeway/dashboard/assets/page.ts";
import type { SubmissionRules } from "../submission/cross-checks.ts";
import type { ApiPorts } from "../api-ports.ts";
import { createApp } from "../app.ts";

/** The API's description as `GET /openapi.json` answers it, without a service behind it. */
export async function describeApi(version: string): Promise<string> {
  // Nothing is called: only what the routes declare is read.
  const ports = {} as ApiPorts;
  const page = {} as Page;
  const rules = {} as SubmissionRules;
  const app = await createApp(ports, { keys: [], requestsPerSecond: 0, rules, version, page, log: undefined });
  await app.ready();
  const description = app.swagger();
  await app.close();
  return `${JSON.stringify(description, undefined, 2)}\n`;
}
