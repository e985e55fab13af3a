import { path, refusal, sendCall } from "../calls/call.ts";
import { html } from "../html.ts";
import { tellRefused } from "../parts/notices.ts";
import { sentenceOf, session } from "../session.ts";
import type { JobProperties } from "./job.ts";

const formats = [
  { name: "JSON", format: "json" },
  { name: "CSV", format: "csv" },
  { name: "Text", format: "text", extension: "txt" },
] as const;

/** Downloads of the job's report. The key goes in a header, so the browser fetches the file and then saves it. */
export function ReportMenu({ job }: Pick<JobProperties, "job">) {
  return html`<span class="choices" role="group" aria-label="Download the report">
    <span class="choices-name">Report</span>
    ${formats.map(
      (choice) =>
        html`<button
          type="button"
          key=${choice.name}
          aria-label=${`Download the report as ${choice.name}`}
          onClick=${() => void download(job, choice.format, "extension" in choice ? choice.extension : choice.format)}
        >
          ${choice.name}
        </button>`,
    )}
  </span>`;
}

async function download(job: JobProperties["job"], format: string, extension: string): Promise<void> {
  if (session.value.state !== "signed-in") return;
  const answered = await sendCall(session.value.key, { path: path`/jobs/${job.id}/report?format=${format}` }, "*/*");
  if (!(answered instanceof Response)) return tellRefused(answered.sentence);
  if (!answered.ok) {
    const body: unknown = await answered.json().catch(() => undefined);
    return tellRefused(sentenceOf(refusal(answered.status, body)));
  }
  save(await answered.blob(), `${job.name}-report.${extension}`);
}

function save(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = name;
  anchor.click();
  URL.revokeObjectURL(address);
}
