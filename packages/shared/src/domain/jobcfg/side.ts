import { regionOfOss, regionOfS3 } from "./region.ts";

/** One side of a job, as job.cfg names it. */
export interface Side {
  readonly region: string;
  readonly endpoint: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly addresses?: string[];
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** Reads the keys that begin with `src` or `dest`; undefined where something is missing, which `faults` then says. */
export function readSide(
  start: "src" | "dest",
  values: ReadonlyMap<string, string>,
  { faults }: { readonly faults: string[] },
): Side | undefined {
  const optional = (name: string) => {
    const value = values.get(start + name);
    return value === "" ? undefined : value;
  };
  const needed = (name: string) => {
    const value = optional(name);
    if (value === undefined) faults.push(`${start}${name} is missing; add it`);
    return value;
  };
  const accessKeyId = needed("AccessKey");
  const secretAccessKey = needed("SecretKey");
  const domain = needed("Domain");
  const bucket = needed("Bucket");
  const endpoint = domain === undefined ? undefined : endpointOf(start, domain);
  const region = optional("Region") ?? (endpoint === undefined ? undefined : regionOf(start, endpoint));
  if (domain !== undefined && region === undefined) faults.push(regionMissing(start, domain));
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  if (bucket === undefined || endpoint === undefined || region === undefined) return undefined;
  const sessionToken = optional("SessionToken");
  const addresses = optional("Addresses")?.split(/[\s,]+/);
  return {
    region,
    endpoint,
    bucket,
    prefix: optional("Prefix") ?? "",
    ...(addresses === undefined ? {} : { addresses }),
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
  };
}

/** Without a scheme: https, except inside Alibaba's network, where OSSImport's users speak http through a tunnel of their own. */
function endpointOf(start: "src" | "dest", domain: string): string {
  const bare = domain.replace(/\/+$/, "");
  if (/^https?:\/\//.test(bare)) return bare;
  return start === "dest" && bare.endsWith("-internal.aliyuncs.com") ? `http://${bare}` : `https://${bare}`;
}

function regionOf(start: "src" | "dest", endpoint: string): string | undefined {
  const host = URL.parse(endpoint)?.hostname ?? "";
  return start === "src" ? regionOfS3(host) : regionOfOss(host);
}

function regionMissing(start: "src" | "dest", domain: string): string {
  const example = start === "src" ? "ap-northeast-1" : "cn-shanghai";
  return `${start}Domain ${domain} does not show its region; add a line such as ${start}Region=${example}`;
}
