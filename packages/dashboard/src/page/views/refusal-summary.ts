import type { InputFault } from "../calls/answers.ts";
import { fieldPaths } from "../form/fields.ts";
import { idOf } from "../form/plain-field.ts";
import { sortFaults } from "../form/spec.ts";
import { html } from "../html.ts";

/** Why a job was not taken. */
export interface Refused {
  readonly title: string;
  readonly detail: string;
  readonly faults: readonly InputFault[];
}

/** Everything that is wrong, each with a way to its field. */
export function RefusalSummary({ refused }: { readonly refused: Refused }) {
  const { title, detail, faults } = refused;
  return html`<div class="banner banner-bad" role="alert" tabindex="-1" id="refusal">
    <strong>${title}</strong>
    ${
      faults.length === 0
        ? html`<p>${detail}</p>`
        : html`<ul>
            ${faults.map(({ path, message }) => html`<li key=${`${path} ${message}`}><${FaultLine} path=${path} message=${message} /></li>`)}
          </ul>`
    }
  </div>`;
}

/** A fault as a way to its field, where there is one. */
function FaultLine({ path, message }: InputFault) {
  const [field] = sortFaults([{ path, message }], fieldPaths).beside.keys();
  const text = html`<code>${path}</code> ${message}`;
  if (field === undefined) return text;
  return html`<button type="button" class="plain" onClick=${() => document.getElementById(idOf(field))?.focus()}>
    ${text}
  </button>`;
}
