/** Where the journal lies, as JOURNAL_URL says it. */
export type JournalPlace =
  | { readonly kind: "folder"; readonly url: string }
  | {
      readonly kind: "bucket";
      readonly url: string;
      readonly provider: "oss" | "s3";
      readonly bucket: string;
      /** Empty, or ending in `/`. */
      readonly prefix: string;
      readonly region: string;
      readonly endpoint: string;
      /** S3 only: the bucket in the path instead of the host's name. */
      readonly pathStyle: boolean;
    };

export type ParsedPlace = { readonly place: JournalPlace } | { readonly fault: string };

const forms =
  "must be file:///absolute/path, oss://bucket/prefix?region=cn-shanghai or s3://bucket/prefix?region=ap-northeast-1";
const parameters = new Set(["region", "endpoint", "pathStyle"]);

/** Parses `file:///path`, or `oss://` and `s3://` with `bucket/prefix?region=…&endpoint=…` (s3 also `&pathStyle=true`). */
export function parseJournalUrl(text: string): ParsedPlace {
  if (/^file:\/\/\/./.test(text)) return { place: { kind: "folder", url: text } };
  const [, scheme, bucket = "", path = "", query = ""] = /^(oss|s3):\/\/([^/?]+)(\/[^?]*)?(\?.*)?$/.exec(text) ?? [];
  if (scheme !== "oss" && scheme !== "s3") return { fault: forms };
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) return { fault: `names no bucket: ${bucket}` };
  const given = new URLSearchParams(query);
  const unknown = [...given.keys()].find((name) => !parameters.has(name));
  if (unknown !== undefined) {
    return { fault: `has the parameter ${unknown}; known are ${[...parameters].join(", ")} (secrets have settings)` };
  }
  const region = given.get("region") ?? "";
  if (!/^[a-z0-9-]+$/.test(region)) return { fault: "needs the bucket's region, as ?region=cn-shanghai" };
  const endpoint = given.get("endpoint") ?? usualEndpoint(scheme, region);
  if (!/^https?:\/\/[^/?#@]+$/.test(endpoint))
    return { fault: `has an endpoint that is no http(s)://host: ${endpoint}` };
  const names = path.split("/").filter((name) => name !== "");
  const prefix = names.map((name) => `${decoded(name)}/`).join("");
  const pathStyle = given.get("pathStyle") === "true";
  return { place: { kind: "bucket", url: text, provider: scheme, bucket, prefix, region, endpoint, pathStyle } };
}

function usualEndpoint(scheme: "oss" | "s3", region: string): string {
  if (scheme === "oss") return `https://oss-${region}.aliyuncs.com`;
  return `https://s3.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
