import { useSignal } from "@preact/signals";
import { jobShape, type Preflight, preflightShape } from "../calls/answers.ts";
import type { Answer } from "../calls/call.ts";
import { FieldGroupView } from "../form/field-view.ts";
import { fieldPaths, mainGroups, moreGroups, nameField } from "../form/fields.ts";
import { idempotencyKeyOf } from "../form/idempotency.ts";
import { type FormState, PlainField } from "../form/plain-field.ts";
import { type Draft, sortFaults, withValue } from "../form/spec.ts";
import { html } from "../html.ts";
import { tellDone } from "../parts/notices.ts";
import { goTo } from "../route.ts";
import { isObject } from "../calls/shape.ts";
import { ask, mayOperate } from "../session.ts";
import { PasteBox } from "./paste-box.ts";
import { PreflightLines } from "./preflight-lines.ts";
import { type Refused, RefusalSummary } from "./refusal-summary.ts";

/** A preflight asks both stores for much, each look with its own patience. */
const preflightTimeoutMs = 300_000;

/** Submits a job: by the form, or pasted as JSON or `job.cfg`. */
export function SubmitView() {
  const draft = useSignal<Draft>({});
  const refused = useSignal<Refused | null>(null);
  const looked = useSignal<Preflight | null>(null);
  const busy = useSignal<"no" | "checking" | "submitting">("no");
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
  const attempt = async (doing: "checking" | "submitting", send: (whole: Draft) => Promise<Sent>): Promise<void> => {
    busy.value = doing;
    const sent = await send(wholeOf(draft.value));
    busy.value = "no";
    refused.value = sent.refused;
    looked.value = sent.looked;
    document.getElementById(sent.refused === null ? "preflight" : "refusal")?.focus();
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    void attempt("submitting", submitJob);
  };
  return html`<h1>New job</h1>
    <${PasteBox}
      onRead=${(read: Draft) => {
        draft.value = read;
        refused.value = null;
        round.value += 1;
      }}
    />
    <form class="submit" novalidate key=${round.value} onSubmit=${submit}>
      ${refused.value === null ? null : html`<${RefusalSummary} refused=${refused.value} />`}
      <div class="card"><${PlainField} field=${nameField} form=${form} /></div>
      <div class="columns">
        ${mainGroups.map((group) => html`<${FieldGroupView} key=${group.title} group=${group} form=${form} />`)}
      </div>
      <details class="more" open=${moreGroups.some(({ fields }) => fields.some(({ path }) => sorted.beside.has(path)))}>
        <summary>What has a default</summary>
        <div class="columns">
          ${moreGroups.map((group) => html`<${FieldGroupView} key=${group.title} group=${group} form=${form} />`)}
        </div>
      </details>
      ${looked.value === null ? null : html`<${PreflightLines} preflight=${looked.value} />`}
      <div class="buttons buttons-end">
        <button type="button" disabled=${busy.value !== "no"} onClick=${() => void attempt("checking", checkJob)}>
          ${busy.value === "checking" ? "Checking…" : "Check first"}
        </button>
        <button type="submit" class="primary" disabled=${busy.value !== "no"}>
          ${busy.value === "submitting" ? "Submitting…" : "Submit the job"}
        </button>
      </div>
    </form>`;
}

/** With both sides and their keys, so that each of their fields is asked for by its own name. */
function wholeOf(draft: Draft): Draft {
  return { ...draft, source: sideOf(draft["source"]), target: sideOf(draft["target"]) };
}

function sideOf(side: unknown): unknown {
  if (side === undefined) return { credentials: {} };
  return isObject(side) ? { credentials: {}, ...side } : side;
}

/** What came of sending: nothing to show where the job was taken. */
interface Sent {
  readonly refused: Refused | null;
  readonly looked: Preflight | null;
}

/** Submits the job and goes to it, or answers why it was not taken. */
async function submitJob(draft: Draft): Promise<Sent> {
  const headers = { "idempotency-key": idempotencyKeyOf(draft) };
  const answer = await ask(jobShape, { method: "POST", path: "/jobs", body: draft, headers });
  if (answer.answer !== "ok") return { refused: refusedBy(answer), looked: null };
  tellDone(`${answer.value.name} is submitted.`);
  goTo({ view: "job", id: answer.value.id });
  return { refused: null, looked: null };
}

/** Lets the API look at everything that the job needs, without submitting it. */
async function checkJob(draft: Draft): Promise<Sent> {
  const call = { method: "POST", path: "/preflight", body: draft, timeoutMs: preflightTimeoutMs } as const;
  const answer = await ask(preflightShape, call);
  if (answer.answer !== "ok") return { refused: refusedBy(answer), looked: null };
  return { refused: null, looked: answer.value };
}

function refusedBy(answer: Exclude<Answer<unknown>, { readonly answer: "ok" }>): Refused {
  if (answer.answer === "refused") return answer.problem;
  return { title: "The API did not take it.", detail: answer.sentence, faults: [] };
}
