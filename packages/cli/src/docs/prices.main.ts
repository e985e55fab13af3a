import { listPrices } from "@causeway/shared/domain/preflight/prices.ts";
import { between, keepDocument, markdownTable } from "./keep.ts";

/** Writes the tables of docs/prices.md from the built-in price list. */
const { asOf, currency, sources, unverified, s3, oss } = listPrices;

const s3Rows = Object.entries(s3).map(([region, { listPer1000, getPer1000, egress }]) => [
  `\`${region}\``,
  String(listPer1000),
  String(getPer1000),
  egress.map(({ upToGiB, perGiB }) => `${perGiB}${upToGiB === null ? "" : ` to ${upToGiB / 1024} TiB`}`).join(", "),
]);
const ossRows = Object.entries(oss).map(([region, { putPer10000, storagePerGiBMonth }]) => [
  `\`${region}\``,
  String(putPer10000),
  Object.entries(storagePerGiBMonth)
    .map(([name, price]) => `${name} ${price}`)
    .join(", "),
]);
const content = [
  `In ${currency}, as of ${asOf}, without free quotas. Sources:`,
  sources.map((source) => `- ${source}`).join("\n"),
  `Not compared with what the provider publishes, and named as such in each estimate: ${unverified.join("; ")}.`,
  markdownTable([["S3 in", "1,000 LIST", "1,000 GET", "Data transfer out, a GiB"], ...s3Rows]),
  markdownTable([["OSS in", "10,000 PUT", "Storage, a GiB and month"], ...ossRows]),
].join("\n\n");

await keepDocument("docs/prices.md", (text) => between(text, "prices", content), process.argv);
