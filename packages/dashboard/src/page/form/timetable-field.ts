import { html } from "../html.ts";
import { Beside, type FieldProperties, idOf } from "./plain-field.ts";
import { valueAt, withValue } from "./spec.ts";
import { textOf, valueOf } from "./typed.ts";

const columns = [
  { name: "days", label: "Days", kind: "text", example: "mon-fri" },
  { name: "from", label: "From", kind: "text", example: "09:00" },
  { name: "to", label: "To", kind: "text", example: "18:00" },
  { name: "timezone", label: "Time zone", kind: "text", example: "Asia/Tokyo" },
  { name: "bytesPerSecond", label: "Bytes/s", kind: "whole-number", example: "0" },
  { name: "requestsPerSecond", label: "Requests/s", kind: "whole-number", example: "0" },
] as const;

/** Windows of the week with limits of their own, one in each row. */
export function TimetableField({ field, form }: FieldProperties) {
  const id = idOf(field.path);
  const value = valueAt(form.draft, field.path);
  const windows: readonly unknown[] = Array.isArray(value) ? value : [];
  const faults = form.faults.get(field.path) ?? [];
  const replace = (next: readonly unknown[]): void => form.change(field.path, next.length === 0 ? undefined : next);
  const change = (index: number, name: string, text: string, kind: "text" | "whole-number"): void => {
    const window = withValue(asDraft(windows[index]), name, valueOf({ kind }, text));
    replace(windows.map((other, at) => (at === index ? window : other)));
  };
  return html`<fieldset class="timetable" id=${id} tabindex="-1" aria-describedby=${`${id}-hint ${id}-fault`}>
    <legend>${field.label}</legend>
    ${windows.map(
      (window, index) =>
        html`<div class="window" role="group" aria-label=${`Window ${index + 1}`} key=${index}>
          ${columns.map(
            ({ name, label, kind, example }) =>
              html`<label key=${name}>
                <span>${label}</span>
                <input
                  type="text"
                  autocomplete="off"
                  placeholder=${example}
                  value=${textOf(valueAt(window, name))}
                  onInput=${({ currentTarget }: { currentTarget: HTMLInputElement }) =>
                    change(index, name, currentTarget.value, kind)}
                />
              </label>`,
          )}
          <button
            type="button"
            aria-label=${`Remove window ${index + 1}`}
            onClick=${() => replace(windows.filter((_, at) => at !== index))}
          >
            Remove
          </button>
        </div>`,
    )}
    <button type="button" onClick=${() => replace([...windows, { days: "mon-fri", from: "09:00", to: "18:00" }])}>
      Add a window
    </button>
    <${Beside} id=${id} hint=${field.hint} faults=${faults} />
  </fieldset>`;
}

function asDraft(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
