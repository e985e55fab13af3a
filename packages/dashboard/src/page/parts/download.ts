import { type Call, refusal, sendCall } from "../calls/call.ts";
import { html } from "../html.ts";
import { sentenceOf, session } from "../session.ts";
import { tellRefused } from "./notices.ts";

/** A file that the API makes. */
export interface Download {
  /** The word on the button. */
  readonly name: string;
  /** The same for those who hear only the button. */
  readonly label: string;
  readonly call: Call;
  readonly fileName: string;
}

/** Buttons that save files. */
export function Downloads({ name, files }: { readonly name: string; readonly files: readonly Download[] }) {
  return html`<span class="choices" role="group" aria-label=${`Download ${name}`}>
    <span class="choices-name">${name}</span>
    ${files.map(
      (file) =>
        html`<button type="button" key=${file.name} aria-label=${file.label} onClick=${() => void download(file)}>
          ${file.name}
        </button>`,
    )}
  </span>`;
}

/** The key goes in a header, not in an address, so the page fetches the file and hands it to the browser. */
async function download({ call, fileName }: Download): Promise<void> {
  if (session.value.state !== "signed-in") return;
  const answered = await sendCall(session.value.key, call, "*/*");
  if (!(answered instanceof Response)) return tellRefused(answered.sentence);
  if (!answered.ok) {
    const body: unknown = await answered.json().catch(() => undefined);
    return tellRefused(sentenceOf(refusal(answered.status, body)));
  }
  const content = await answered.blob().catch(() => undefined);
  if (content === undefined) return tellRefused("The download broke off; try again.");
  save(content, fileName);
}

function save(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = name;
  anchor.click();
  // The browser reads it in its own time.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
