import { useSignal } from "@preact/signals";
import { html } from "../html.ts";
import { type Session, signIn } from "../session.ts";

/** Asks for the API key, once for each tab. */
export function SignIn({ now }: { readonly now: Exclude<Session, { readonly state: "signed-in" }> }) {
  const key = useSignal("");
  const because = now.state === "signed-out" ? now.because : null;
  const submit = (event: Event): void => {
    event.preventDefault();
    if (key.value.trim() !== "") void signIn(key.value.trim());
  };
  return html`<main class="sign-in">
    <form class="card" onSubmit=${submit}>
      <h1 class="brand">Causeway</h1>
      <p class="quiet">From S3 into OSS, with proof.</p>
      <label for="api-key">API key</label>
      <input
        id="api-key"
        type="password"
        autocomplete="off"
        spellcheck=${false}
        aria-describedby="api-key-hint api-key-fault"
        aria-invalid=${because === null ? null : "true"}
        value=${key.value}
        onInput=${({ currentTarget }: { currentTarget: HTMLInputElement }) => {
          key.value = currentTarget.value;
        }}
      />
      <p id="api-key-hint" class="hint">One of those in API_KEYS. This tab forgets it when it is closed.</p>
      <p id="api-key-fault" class="fault" role="alert">${because}</p>
      <button class="primary" type="submit" disabled=${now.state === "checking"}>
        ${now.state === "checking" ? "Signing in…" : "Sign in"}
      </button>
    </form>
  </main>`;
}
