import { html } from "../html.ts";
import { credentialFields, type CredentialKind, credentialKinds } from "./fields.ts";
import { Beside, type FieldProperties, idOf, PlainField } from "./plain-field.ts";
import { valueAt } from "./spec.ts";

/** Where a side's credentials come from, and what that needs. */
export function CredentialsField({ field, form }: FieldProperties) {
  const at = field.path;
  const kind = kindOf(valueAt(form.draft, at));
  const id = idOf(at);
  const faults = form.faults.get(at) ?? [];
  const choose = ({ currentTarget }: { currentTarget: HTMLSelectElement }): void => {
    const from = currentTarget.value;
    form.change(at, from === "keys" ? {} : { from });
  };
  return html`<div class="field">
      <label for=${id}>${field.label}</label>
      <select
        id=${id}
        aria-describedby=${`${id}-hint ${id}-fault`}
        aria-invalid=${faults.length > 0 ? "true" : null}
        onChange=${choose}
      >
        ${credentialKinds.map(({ from, label }) => html`<option key=${from} value=${from} selected=${from === kind}>${label}</option>`)}
      </select>
      <${Beside} id=${id} hint="Sealed before they are stored; never shown again." faults=${faults} />
    </div>
    ${credentialFields(at, kind).map((inner) => html`<${PlainField} key=${inner.path} field=${inner} form=${form} />`)}`;
}

function kindOf(value: unknown): CredentialKind {
  const from = valueAt(value, "from");
  return credentialKinds.find((kind) => kind.from === from)?.from ?? "keys";
}
