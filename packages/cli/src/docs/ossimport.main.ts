import { carriedKeys } from "@causeway/shared/domain/jobcfg/carried.ts";
import { otherKeys } from "@causeway/shared/domain/jobcfg/keys.ts";
import { between, keepDocument, markdownTable } from "./keep.ts";

/** Writes the tables of keys of docs/coming-from-ossimport.md from what the parser of job.cfg knows. */
const rows = [
  ...[...carriedKeys].map(([key, { file, becomes }]) => ({ key, file, here: becomes })),
  ...[...otherKeys].map(([key, { file = "job.cfg", harmless, otherwise, advice }]) => {
    const unless = ["empty", ...harmless.map((value) => `\`${value}\``)].join(" or ");
    return { key, file, here: `${otherwise === "warn" ? "A warning" : "Refused"} unless ${unless}: ${advice}` };
  }),
];

const tableOf = (file: string): string =>
  markdownTable([
    ["Key", "Here"],
    ...rows.filter((row) => row.file === file).map(({ key, here }) => [`\`${key}\``, here]),
  ]);

await keepDocument(
  "docs/coming-from-ossimport.md",
  (text) => ["job.cfg", "sys.properties", "added"].reduce((page, file) => between(page, file, tableOf(file)), text),
  process.argv,
);
