import { html } from "../html.ts";
import { CredentialsField } from "./credentials-field.ts";
import type { FieldGroup } from "./fields.ts";
import { type FieldProperties, type FormState, PlainField } from "./plain-field.ts";
import { TimetableField } from "./timetable-field.ts";

interface GroupProperties {
  readonly group: FieldGroup;
  readonly form: FormState;
}

/** Fields that belong together, under a heading. */
export function FieldGroupView({ group, form }: GroupProperties) {
  return html`<fieldset class="group">
    <legend>${group.title}</legend>
    ${group.fields.map((field) => html`<${FieldView} key=${field.path} field=${field} form=${form} />`)}
  </fieldset>`;
}

function FieldView({ field, form }: FieldProperties) {
  if (field.kind === "credentials") return html`<${CredentialsField} field=${field} form=${form} />`;
  if (field.kind === "timetable") return html`<${TimetableField} field=${field} form=${form} />`;
  return html`<${PlainField} field=${field} form=${form} />`;
}
