import { z } from "zod";
import type { InputFault } from "../http/problem.ts";

/** Which hosts jobs may reach. */
export interface EndpointRules {
  /** Whether a job may name this endpoint (`http://host[:port]`). */
  allowsEndpoint(endpoint: string): boolean;
  /** Whether a job may pin this IP address. */
  allowsAddress(address: string): boolean;
  /** Whether a job may have this URL called. */
  allowsNotice(url: string): boolean;
}

/** What the service allows beyond the form of a job. */
export interface SubmissionRules {
  readonly addresses: EndpointRules;
  /** Without a secret to sign with there are no webhooks. */
  readonly webhooks: "signed" | "off";
  /** Starts of environment variables that jobs may name as credentials. */
  readonly environmentPrefixes: readonly string[];
}

const partCountMost = 10_000;

/**
 * As much of a job as these checks look at. Each field that is not well formed is simply absent: the specification's
 * own schema complains about it, and the other checks still run.
 */
const glimpseSchema = z.object({
  name: lenient(z.string()),
  source: lenient(sideSchema()),
  target: lenient(sideSchema()),
  largeObjects: lenient(
    z.object({
      multipartThreshold: lenient(z.number()),
      spreadThreshold: lenient(z.number()),
      partSize: lenient(z.number()),
    }),
  ),
  notify: lenient(z.object({ url: lenient(z.string()) })),
});
const replacementSchema = z.object({
  source: lenient(sideSchema()),
  target: lenient(sideSchema()),
  credentials: lenient(z.object({ source: lenient(fromEnvironment()), target: lenient(fromEnvironment()) })),
});
type Glimpse = z.infer<typeof glimpseSchema>;
type Side = NonNullable<Glimpse["source"]>;

/** Finds what is wrong between the fields of a job, or between it and this service, however much else is wrong with it. */
export function crossFaults(body: unknown, rules: SubmissionRules): InputFault[] {
  const glimpse = glimpseSchema.safeParse(body);
  if (!glimpse.success) return [];
  const { name, source, target, largeObjects, notify } = glimpse.data;
  return [
    ...nameFaults(name),
    ...sideFaults("source", source, rules),
    ...sideFaults("target", target, rules),
    ...regionFaults("source", source, /^(?:s3|s3\.dualstack)[.-]([a-z]{2}(?:-[a-z]+)+-\d+)\.amazonaws\.com(?:\.cn)?$/),
    ...regionFaults("target", target, /^oss-([a-z]{2}-[a-z0-9-]+?)(?:-internal)?\.aliyuncs\.com$/),
    ...partSizeFaults(largeObjects ?? {}),
    ...noticeFaults(notify?.url, rules),
  ];
}

/** Jobs are found by id or by name, so a name must not be taken for an id. */
function nameFaults(name: string | undefined): InputFault[] {
  if (name === undefined || !z.uuid().safeParse(name).success) return [];
  return [{ path: "name", message: "must not look like a job's id (a UUID)" }];
}

function sideFaults(side: "source" | "target", glimpse: Side | undefined, rules: SubmissionRules): InputFault[] {
  const faults: InputFault[] = [];
  const { endpoint, addresses = [], credentials } = glimpse ?? {};
  if (endpoint !== undefined && URL.canParse(endpoint) && !rules.addresses.allowsEndpoint(endpoint)) {
    const host = new URL(endpoint).host;
    faults.push({
      path: `${side}.endpoint`,
      message: `is not allowed here; if it is meant, add ${host} to ALLOWED_ENDPOINTS`,
    });
  }
  for (const [index, address] of addresses.entries()) {
    if (address === undefined || rules.addresses.allowsAddress(address)) continue;
    const path = `${side}.addresses[${index}]`;
    faults.push({ path, message: "is not allowed here; if it is meant, add it to ALLOWED_ENDPOINTS" });
  }
  return [...faults, ...prefixFault(`${side}.credentials.prefix`, credentials?.prefix, rules)];
}

/** Credentials that are replaced later obey the same list of prefixes. */
export function replacementFaults(body: unknown, rules: SubmissionRules): InputFault[] {
  const glimpse = replacementSchema.safeParse(body);
  if (!glimpse.success) return [];
  const { source, target, credentials } = glimpse.data;
  return [
    ...prefixFault("source.credentials.prefix", source?.credentials?.prefix, rules),
    ...prefixFault("target.credentials.prefix", target?.credentials?.prefix, rules),
    ...prefixFault("credentials.source.prefix", credentials?.source?.prefix, rules),
    ...prefixFault("credentials.target.prefix", credentials?.target?.prefix, rules),
  ];
}

function prefixFault(path: string, prefix: string | undefined, rules: SubmissionRules): InputFault[] {
  if (prefix === undefined || rules.environmentPrefixes.includes(prefix)) return [];
  const allowed = rules.environmentPrefixes.join(", ") || "none";
  return [{ path, message: `is not among the prefixes in CREDENTIALS_ENV_PREFIXES (${allowed})` }];
}

/** A provider's own host names its region, so the two must agree. */
function regionFaults(side: "source" | "target", glimpse: Side | undefined, form: RegExp): InputFault[] {
  const { endpoint = "", region } = glimpse ?? {};
  const inHost = form.exec(URL.parse(endpoint)?.hostname ?? "")?.[1];
  if (inHost === undefined || region === undefined || region === inHost) return [];
  if (region === `oss-${inHost}`) return [];
  return [{ path: `${side}.region`, message: `does not agree with ${side}.endpoint, which is in ${inHost}` }];
}

function partSizeFaults(large: NonNullable<Glimpse["largeObjects"]>): InputFault[] {
  const { partSize, multipartThreshold } = large;
  if (partSize === undefined || multipartThreshold === undefined || partSize * partCountMost >= multipartThreshold)
    return [];
  const most = partSize * partCountMost;
  const message = `allows objects of at most ${partSize} x ${partCountMost} = ${most} bytes, less than multipartThreshold (${multipartThreshold})`;
  return [{ path: "largeObjects.partSize", message }];
}

function noticeFaults(url: string | undefined, rules: SubmissionRules): InputFault[] {
  if (url === undefined || !URL.canParse(url)) return [];
  if (rules.webhooks === "off") {
    return [{ path: "notify", message: "needs the setting WEBHOOK_SECRET, which signs what webhooks are told" }];
  }
  const { username, password } = new URL(url);
  if (username !== "" || password !== "") {
    const message = "must hold no user name or password, which all who may read the job would see; check its signature";
    return [{ path: "notify.url", message }];
  }
  if (rules.addresses.allowsNotice(url)) return [];
  const host = new URL(url).host;
  const message = `must be https, and not this host or a cloud's metadata service; if it is meant, add ${host} to ALLOWED_ENDPOINTS`;
  return [{ path: "notify.url", message }];
}

function sideSchema() {
  return z.object({
    endpoint: lenient(z.string()),
    region: lenient(z.string()),
    addresses: lenient(z.array(lenient(z.union([z.ipv4(), z.ipv6()])))),
    credentials: lenient(fromEnvironment()),
  });
}

function fromEnvironment() {
  return z.object({ from: z.literal("environment"), prefix: z.string() });
}

function lenient<Schema extends z.ZodType>(schema: Schema) {
  return schema.optional().catch(undefined);
}
