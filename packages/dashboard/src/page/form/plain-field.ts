import { useSignal } from "@preact/signals";
import { html } from "../html.ts";
import type { Field } from "./fields.ts";
import { type Draft, valueAt } from "./spec.ts";
import { textOf, valueOf } from "./typed.ts";

/** What a field needs to show and change the draft. */
export interface FormState {
  readonly draft: Draft;
  readonly faults: ReadonlyMap<string, readonly string[]>;
  readonly change: (path: string, value: unknown) => void;
}

export interface FieldProperties {
  readonly field: Field;
  readonly form: FormState;
}

/** A field with one control, its label, its hint and what is wrong with it. */
export function PlainField({ field, form }: FieldProperties) {
  const { path, kind, label, hint, isNeeded = false } = field;
  const id = idOf(path);
  const faults = form.faults.get(path) ?? [];
  const attributes = {
    id,
    "aria-describedby": `${id}-hint ${id}-fault`,
    "aria-invalid": faults.length > 0 ? "true" : null,
    "aria-required": isNeeded ? "true" : null,
  };
  const Control = kind === "tick" ? Tick : typeof kind === "object" ? Choice : Typed;
  return html`<div class=${`field${kind === "tick" ? " field-tick" : ""}`}>
    <label for=${id}>${label}${isNeeded || kind === "tick" ? null : html` <small>optional</small>`}</label>
    <${Control} field=${field} form=${form} attributes=${attributes} />
    <${Beside} id=${id} hint=${hint} faults=${faults} />
  </div>`;
}

interface BesideProperties {
  readonly id: string;
  readonly hint: string | undefined;
  readonly faults: readonly string[];
}

/** The hint and the faults under a field. */
export function Beside({ id, hint, faults }: BesideProperties) {
  return html`${hint === undefined ? null : html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    <p class="fault" id=${`${id}-fault`}>${faults.join("; ")}</p>`;
}

/** The element id of the field at a path. */
export function idOf(path: string): string {
  return `field-${path.replaceAll(".", "-")}`;
}

type ControlProperties = FieldProperties & { readonly attributes: object };

function Tick({ field, form, attributes }: ControlProperties) {
  return html`<input
    type="checkbox"
    ...${attributes}
    checked=${valueAt(form.draft, field.path) === true}
    onChange=${({ currentTarget }: { currentTarget: HTMLInputElement }) =>
      form.change(field.path, currentTarget.checked ? true : undefined)}
  />`;
}

function Choice({ field, form, attributes }: ControlProperties) {
  const choices = typeof field.kind === "object" ? field.kind.choices : [];
  const chosen = textOf(valueAt(form.draft, field.path)) || choices[0];
  return html`<select
    ...${attributes}
    onChange=${({ currentTarget }: { currentTarget: HTMLSelectElement }) =>
      form.change(field.path, valueOf(field, currentTarget.value))}
  >
    ${choices.map((name) => html`<option key=${name} value=${name} selected=${name === chosen}>${name === "" ? "–" : name}</option>`)}
  </select>`;
}

/** Shows what was typed, not what it was read as: a comma at the end would go before the next word comes. */
function Typed({ field, form, attributes }: ControlProperties) {
  const typed = useSignal(textOf(valueAt(form.draft, field.path)));
  return html`<input
    ...${attributes}
    type=${field.kind === "secret" ? "password" : "text"}
    inputmode=${field.kind === "whole-number" || field.kind === "number" ? "decimal" : null}
    autocomplete="off"
    autocapitalize="off"
    spellcheck=${false}
    placeholder=${field.example}
    value=${typed.value}
    onInput=${({ currentTarget }: { currentTarget: HTMLInputElement }) => {
      typed.value = currentTarget.value;
      form.change(field.path, valueOf(field, currentTarget.value));
    }}
  />`;
}
