import { useSignal } from "@preact/signals";
import { type Pasted, readPaste } from "../form/read-paste.ts";
import type { Draft } from "../form/spec.ts";
import { html } from "../html.ts";

/** Takes a job that is written already. */
export function PasteBox({ onRead }: { readonly onRead: (draft: Draft) => void }) {
  const pasted = useSignal("");
  const answer = useSignal<Pasted | null>(null);
  const take = (): void => {
    answer.value = readPaste(pasted.value);
    if (answer.value.answer === "read") onRead(answer.value.draft);
  };
  return html`<details class="card more">
    <summary>Paste a job.cfg or JSON</summary>
    <label for="pasted">OSSImport's job.cfg or local_job.cfg, or a job as JSON</label>
    <textarea
      id="pasted"
      rows="8"
      spellcheck=${false}
      autocomplete="off"
      aria-describedby="pasted-answer"
      value=${pasted.value}
      onInput=${({ currentTarget }: { currentTarget: HTMLTextAreaElement }) => {
        pasted.value = currentTarget.value;
      }}
    ></textarea>
    <div class="buttons">
      <button type="button" onClick=${take} disabled=${pasted.value.trim() === ""}>Fill in the form</button>
    </div>
    <div id="pasted-answer" role="status">${sentences(answer.value)}</div>
  </details>`;
}

function sentences(answer: Pasted | null) {
  if (answer === null) return null;
  if (answer.answer === "refused") {
    return html`<ul class="fault">
      ${answer.faults.map((fault) => html`<li key=${fault}>${fault}</li>`)}
    </ul>`;
  }
  return html`<p>The form is filled in; look it over and submit.</p>
    <ul class="hint">
      ${answer.warnings.map((warning) => html`<li key=${warning}>${warning}</li>`)}
    </ul>`;
}
