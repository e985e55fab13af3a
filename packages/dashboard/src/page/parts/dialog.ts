import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { html } from "../html.ts";

/** A question that must be answered before something is done. */
export interface Question {
  readonly title: string;
  readonly text: string;
  /** The word on the button that does it. */
  readonly action: string;
  readonly tone: "plain" | "danger";
  readonly onYes: () => Promise<void>;
}

const question = signal<Question | null>(null);
const isBusy = signal(false);

/** Asks before doing; nothing is done where the dialog is closed. */
export function confirm(asked: Question): void {
  question.value = asked;
}

function close(): void {
  question.value = null;
}

async function yes({ onYes }: Question): Promise<void> {
  isBusy.value = true;
  await onYes();
  isBusy.value = false;
  close();
}

/** Where the question stands while there is one. */
export function ConfirmDialog() {
  const asked = question.value;
  if (asked === null) return null;
  return html`<${Dialog} title=${asked.title} onClose=${close}>
    <p>${asked.text}</p>
    <div class="buttons">
      <button type="button" onClick=${close}>Keep as it is</button>
      <button
        type="button"
        class=${asked.tone === "danger" ? "danger" : "primary"}
        disabled=${isBusy.value}
        onClick=${() => void yes(asked)}
      >
        ${asked.action}
      </button>
    </div>
  <//>`;
}

interface DialogProperties {
  readonly title: string;
  readonly onClose: () => void;
  readonly children?: ComponentChildren;
}

/** A modal dialog: the browser keeps the focus inside, closes it with Escape and gives the focus back. */
export function Dialog({ title, onClose, children }: DialogProperties) {
  const place = useRef<HTMLDialogElement>(null);
  // Opened and closed in the very step that puts it there and takes it away, so that the focus is never nowhere between.
  useLayoutEffect(() => {
    const before = document.activeElement;
    const dialog = place.current;
    dialog?.showModal();
    return () => {
      dialog?.close();
      // The browser gives the focus back by itself only where the dialog is closed before it is taken away.
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  // Browsers tell of a closed dialog a frame later, when another question may stand here: only one that is still shown ends its own.
  const closed = () => {
    if (place.current !== null) onClose();
  };
  return html`<dialog ref=${place} aria-labelledby="dialog-title" onCancel=${closed} onClose=${closed}>
    <h2 id="dialog-title">${title}</h2>
    ${children}
  </dialog>`;
}
