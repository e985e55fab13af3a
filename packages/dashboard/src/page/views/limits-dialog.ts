import { useSignal } from "@preact/signals";
import { type InputFault, type Job, jobShape } from "../calls/answers.ts";
import { path } from "../calls/call.ts";
import { bytesRate } from "../format.ts";
import { FieldGroupView } from "../form/field-view.ts";
import { type FieldGroup, limitFields } from "../form/fields.ts";
import { type Draft, sortFaults, valueAt, withValue } from "../form/spec.ts";
import { html } from "../html.ts";
import { Dialog } from "../parts/dialog.ts";
import { tellDone } from "../parts/notices.ts";
import { ask, sentenceOf } from "../session.ts";

const group: FieldGroup = { title: "Takes effect within two seconds", fields: limitFields };
const paths = group.fields.map((field) => field.path);

interface LimitsProperties {
  readonly job: Job;
  readonly onClose: () => void;
}

/** Changes what a job may use of the path, and its weight among others. */
export function LimitsDialog({ job, onClose }: LimitsProperties) {
  const draft = useSignal<Draft>(draftOf(job));
  const faults = useSignal<readonly InputFault[]>([]);
  const refusal = useSignal("");
  const sorted = sortFaults(faults.value, paths);
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { weight } = draft.value;
    const body = { limits: draft.value["limits"] ?? {}, ...(weight === undefined ? {} : { weight }) };
    const answer = await ask(jobShape, { method: "PATCH", path: path`/jobs/${job.id}`, body });
    if (answer.answer === "ok") {
      tellDone(`${job.name} has new limits.`);
      return onClose();
    }
    faults.value = answer.answer === "refused" ? answer.problem.faults : [];
    refusal.value = faults.value.length > sorted.others.length && faults.value.length > 0 ? "" : sentenceOf(answer);
  };
  const form = {
    draft: draft.value,
    faults: sorted.beside,
    change: (at: string, value: unknown) => {
      draft.value = withValue(draft.value, at, value);
    },
  };
  const asked = valueAt(draft.value, "limits.bytesPerSecond");
  return html`<${Dialog} title=${`Limits and weight of ${job.name}`} onClose=${onClose}>
    <form novalidate onSubmit=${(event: Event) => void save(event)}>
      <${FieldGroupView} group=${group} form=${form} />
      <p class="hint" aria-live="polite">
        ${typeof asked === "number" && asked > 0 ? `That is ${bytesRate(asked)}.` : ""}
      </p>
      <p class="fault" role="alert">${refusal.value}</p>
      <div class="buttons">
        <button type="button" onClick=${onClose}>Keep as they are</button>
        <button type="submit" class="primary">Set them</button>
      </div>
    </form>
  <//>`;
}

function draftOf({ limits, weight }: Job): Draft {
  const timetable = limits.timetable.map(({ bytesPerSecond, requestsPerSecond, ...window }) => ({
    ...window,
    ...(bytesPerSecond === null ? {} : { bytesPerSecond }),
    ...(requestsPerSecond === null ? {} : { requestsPerSecond }),
  }));
  return { weight, limits: { ...limits, timetable } };
}
