import { useSignal } from "@preact/signals";
import { type InputFault, jobShape } from "../calls/answers.ts";
import { FieldGroupView } from "../form/field-view.ts";
import { fieldPaths, mainGroups, moreGroups } from "../form/fields.ts";
import { idempotencyKeyOf } from "../form/idempotency.ts";
import { type FormState, idOf } from "../form/plain-field.ts";
import { type Draft, sortFaults, withValue } from "../form/spec.ts";
import { html } from "../html.ts";
import { tellDone } from "../parts/notices.ts";
import { goTo } from "../route.ts";
import { ask, mayOperate } from "../session.ts";
import { PasteBox } from "./paste-box.ts";

/** Why a job was not taken. */
interface Refused {
  readonly title: string;
  readonly detail: string;
  readonly faults: readonly InputFault[];
}

/** Submits a job: by the form, or pasted as JSON or `job.cfg`. */
export function SubmitView() {
  const draft = useSignal<Draft>({});
  const refused = useSignal<Refused | null>(null);
  const isBusy = useSignal(false);
  // Fields keep what was typed; a pasted draft sets up new ones.
  const round = useSignal(0);
  if (!mayOperate.value)
    return html`<h1>New job</h1>
      <p class="empty">This key may only read.</p>`;

  const sorted = sortFaults(refused.value?.faults ?? [], fieldPaths);
  const form: FormState = {
    draft: draft.value,
    faults: sorted.beside,
    change(path, value) {
      draft.value = withValue(draft.value, path, value);
    },
  };
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    isBusy.value = true;
    refused.value = await send(draft.value);
    isBusy.value = false;
    if (refused.value !== null) document.getElementById("refusal")?.focus();
  };
  return html`<h1>New job</h1>
    <${PasteBox}
      onRead=${(read: Draft) => {
        draft.value = read;
        refused.value = null;
        round.value += 1;
      }}
    />
    <form class="submit" novalidate key=${round.value} onSubmit=${(event: Event) => void submit(event)}>
      ${refused.value === null ? null : html`<${RefusalSummary} refused=${refused.value} />`}
      <div class="columns">
        ${mainGroups.map((group) => html`<${FieldGroupView} key=${group.title} group=${group} form=${form} />`)}
      </div>
      <details class="more" open=${moreGroups.some(({ fields }) => fields.some(({ path }) => sorted.beside.has(path)))}>
        <summary>What has a default</summary>
        <div class="columns">
          ${moreGroups.map((group) => html`<${FieldGroupView} key=${group.title} group=${group} form=${form} />`)}
        </div>
      </details>
      <div class="buttons buttons-end">
        <button type="submit" class="primary" disabled=${isBusy.value}>
          ${isBusy.value ? "Submitting…" : "Submit the job"}
        </button>
      </div>
    </form>`;
}

/** Sends the job; goes to it, or answers why it was not taken. */
async function send(draft: Draft): Promise<Refused | null> {
  const headers = { "idempotency-key": idempotencyKeyOf(draft) };
  const answer = await ask(jobShape, { method: "POST", path: "/jobs", body: draft, headers });
  switch (answer.answer) {
    case "ok":
      tellDone(`${answer.value.name} is submitted.`);
      goTo({ view: "job", id: answer.value.id });
      return null;
    case "refused":
      return answer.problem;
    case "away":
      return { title: "The job was not submitted.", detail: answer.sentence, faults: [] };
    default:
      return answer satisfies never;
  }
}

function RefusalSummary({ refused }: { readonly refused: Refused }) {
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
