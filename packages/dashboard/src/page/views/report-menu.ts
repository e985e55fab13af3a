import { path } from "../calls/call.ts";
import { html } from "../html.ts";
import { Downloads } from "../parts/download.ts";
import type { JobProperties } from "./job-properties.ts";

const formats = [
  { name: "JSON", format: "json", extension: "json" },
  { name: "CSV", format: "csv", extension: "csv" },
  { name: "Text", format: "text", extension: "txt" },
] as const;

/** The job's report as a file. */
export function ReportMenu({ job }: Pick<JobProperties, "job">) {
  const files = formats.map(({ name, format, extension }) => ({
    name,
    label: `Download the report as ${name}`,
    call: { path: path`/jobs/${job.id}/report?format=${format}` },
    fileName: `${job.name}-report.${extension}`,
  }));
  return html`<${Downloads} name="Report" files=${files} />`;
}

/** Every failed object as a file. */
export function FailureListMenu({ job }: Pick<JobProperties, "job">) {
  const files = (["csv", "ndjson"] as const).map((format) => ({
    name: format.toUpperCase(),
    label: `Download all failed objects as ${format.toUpperCase()}`,
    call: { path: path`/jobs/${job.id}/failures?format=${format}`, timeoutMs: 600_000 },
    fileName: `${job.name}-failures.${format}`,
  }));
  return html`<${Downloads} name="List" files=${files} />`;
}
