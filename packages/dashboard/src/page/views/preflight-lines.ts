import type { Preflight } from "../calls/answers.ts";
import { html } from "../html.ts";

const verdicts = {
  ok: "All is well: submit the job.",
  warning: "The job can begin, but look at the warnings.",
  failure: "The job would not get far.",
} as const;

const tones = { ok: "good", warning: "held", failure: "bad" } as const;

/** What a preflight saw, line by line, with what to do. */
export function PreflightLines({ preflight }: { readonly preflight: Preflight }) {
  return html`<section class="card" id="preflight" tabindex="-1" aria-labelledby="preflight-title">
    <h2 id="preflight-title">${verdicts[preflight.verdict]}</h2>
    <ul class="lines">
      ${preflight.lines.map(
        ({ check, state, message, cure }) =>
          html`<li key=${check}>
            <span class=${`badge badge-${tones[state]}`}>${state}</span>
            <span
              ><strong>${check}</strong> ${message}
              ${cure === null ? null : html`<span class="cure">${cure}</span>`}</span
            >
          </li>`,
      )}
    </ul>
  </section>`;
}
