import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { faultCodes, isFaultCode } from "@causeway/shared/domain/fault-codes.ts";
import { type Failure, failureShape, pageOf } from "../calls/answers.ts";
import { path } from "../calls/call.ts";
import { bytes, count, moment } from "../format.ts";
import { html } from "../html.ts";
import { tellRefused } from "../parts/notices.ts";
import { ask, mayOperate, sentenceOf } from "../session.ts";
import { askRetry, mayRetry } from "./job-retry.ts";
import type { JobProperties } from "./job-properties.ts";
import { FailureListMenu } from "./report-menu.ts";

const pageSize = 50;

/** Failed objects by code: what each code means, what to do, and another try. */
export function JobFailures({ job, stats }: JobProperties) {
  const codes = Object.entries(stats.failuresByCode)
    .filter(([, objects]) => objects > 0)
    .toSorted(([, one], [, other]) => other - one);
  if (codes.length === 0) return null;
  const retries = mayOperate.value && mayRetry(job.state);
  return html`<section class="card" aria-labelledby="failures-title">
    <div class="section-head">
      <h2 id="failures-title">Failed objects</h2>
      <${FailureListMenu} job=${job} />
      ${retries ? html`<button type="button" onClick=${() => askRetry(job, stats, null)}>Retry all</button>` : null}
    </div>
    <ul class="failures">
      ${codes.map(
        ([code, objects]) =>
          html`<li key=${code}>
            <div class="failure-head">
              <strong>${code}</strong>
              <span class="pill pill-bad">${count(objects)} ${objects === 1 ? "object" : "objects"}</span>
              ${
                retries
                  ? html`<button
                      type="button"
                      aria-label=${`Retry ${code}`}
                      onClick=${() => askRetry(job, stats, code)}
                    >
                      Retry
                    </button>`
                  : null
              }
            </div>
            <${Meaning} code=${code} />
            <${FailedObjects} jobId=${job.id} code=${code} objects=${objects} />
          </li>`,
      )}
    </ul>
  </section>`;
}

function Meaning({ code }: { readonly code: string }) {
  if (!isFaultCode(code)) return null;
  const { meaning, cure } = faultCodes[code];
  return html`<p>${meaning} <span class="cure">${cure}</span></p>`;
}

interface ListProperties {
  readonly jobId: string;
  readonly code: string;
  /** How many there are at the moment; the list is read again when that changes. */
  readonly objects: number;
}

/** The objects of one code, read when they are asked for. */
function FailedObjects({ jobId, code, objects }: ListProperties) {
  const isOpen = useSignal(false);
  const items = useSignal<readonly Failure[]>([]);
  const next = useSignal<string | null>(null);
  const read = async (after: string | null): Promise<void> => {
    const behind = after === null ? "" : path`&after=${after}`;
    const answer = await ask(pageOf(failureShape), {
      path: `${path`/jobs/${jobId}/failures?code=${code}`}&limit=${pageSize}${behind}`,
    });
    if (answer.answer !== "ok") return tellRefused(sentenceOf(answer));
    items.value = after === null ? answer.value.items : [...items.value, ...answer.value.items];
    next.value = answer.value.nextCursor;
  };
  useEffect(() => {
    if (isOpen.value) void read(null);
  }, [isOpen.value, objects]);
  return html`<details
    class="more"
    onToggle=${({ currentTarget }: { currentTarget: HTMLDetailsElement }) => {
      isOpen.value = currentTarget.open;
    }}
  >
    <summary>Which objects</summary>
    <div class="table">
      <table>
        <caption class="unseen">
          Objects that failed with ${code}
        </caption>
        <thead>
          <tr>
            <th scope="col">Key</th>
            <th scope="col" class="number">Size</th>
            <th scope="col" class="number">Tries</th>
            <th scope="col">Time</th>
          </tr>
        </thead>
        <tbody>
          ${items.value.map(
            ({ key, sizeBytes, attempts, time, message }) =>
              html`<tr key=${key}>
                <th scope="row"><code>${key}</code><small>${message}</small></th>
                <td data-label="Size" class="number">${bytes(sizeBytes)}</td>
                <td data-label="Tries" class="number">${count(attempts)}</td>
                <td data-label="Time">${moment(time, new Date())}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${next.value === null ? null : html`<button type="button" onClick=${() => void read(next.value)}>Show more</button>`}
  </details>`;
}
