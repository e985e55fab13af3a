import { signal } from "@preact/signals";
import { html } from "../html.ts";

/** A sentence that says what came of an action. */
interface Notice {
  readonly id: number;
  readonly kind: "done" | "refused";
  readonly sentence: string;
}

const notices = signal<readonly Notice[]>([]);
const doneStaysMs = 6000;
let lastId = 0;

/** Tells what has been done; goes by itself. */
export function tellDone(sentence: string): void {
  const id = add("done", sentence);
  setTimeout(() => dismiss(id), doneStaysMs);
}

/** Tells that something was refused, and stays until it is dismissed. */
export function tellRefused(sentence: string): void {
  add("refused", sentence);
}

function add(kind: Notice["kind"], sentence: string): number {
  lastId += 1;
  const others = notices.value.filter((notice) => notice.sentence !== sentence).slice(-3);
  notices.value = [...others, { id: lastId, kind, sentence }];
  return lastId;
}

function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

/** Where notices stand; screen readers speak them as they come. */
export function Notices() {
  return html`<div class="notices" role="status" aria-live="polite">
    ${notices.value.map(
      ({ id, kind, sentence }) =>
        html`<div class=${`notice notice-${kind}`} key=${id}>
          <span>${sentence}</span>
          <button class="plain" type="button" aria-label="Dismiss" onClick=${() => dismiss(id)}>✕</button>
        </div>`,
    )}
  </div>`;
}
