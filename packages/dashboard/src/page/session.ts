import { computed, signal } from "@preact/signals";
import { type Client, keyShape } from "./calls/answers.ts";
import { type Answer, type Call, callApi } from "./calls/call.ts";
import type { Shape } from "./calls/shape.ts";

/** Who looks at the page: nobody yet, somebody whose key is being looked at, or a client of the API. */
export type Session =
  | { readonly state: "signed-out"; readonly because: string | null }
  | { readonly state: "checking" }
  | { readonly state: "signed-in"; readonly key: string; readonly client: Client };

/** The key lives as long as the tab: typed once, gone with it. It is never part of an address. */
const storageName = "causeway.key";

export const session = signal<Session>({ state: "checking" });

/** Whether the key may submit and change. */
export const mayOperate = computed(() => session.value.state === "signed-in" && session.value.client.role !== "read");
/** Whether the key may delete. */
export const mayDelete = computed(() => session.value.state === "signed-in" && session.value.client.role === "admin");

/** Goes on with the key that this tab knows, if it knows one. */
export async function resumeSession(): Promise<void> {
  const key = sessionStorage.getItem(storageName);
  if (key === null) session.value = { state: "signed-out", because: null };
  else await signIn(key);
}

/** Asks the API whose key this is. */
export async function signIn(key: string): Promise<void> {
  session.value = { state: "checking" };
  const answer = await callApi(key, keyShape, { path: "/key" });
  if (answer.answer !== "ok") {
    signOut(answer.answer === "refused" ? answer.problem.detail : answer.sentence);
    return;
  }
  sessionStorage.setItem(storageName, key);
  session.value = { state: "signed-in", key, client: answer.value };
}

export function signOut(because: string | null): void {
  sessionStorage.removeItem(storageName);
  session.value = { state: "signed-out", because };
}

/** Calls the API with the session's key. A key that the API no longer knows ends the session. */
export async function ask<T>(shape: Shape<T>, call: Call): Promise<Answer<T>> {
  const now = session.value;
  if (now.state !== "signed-in") return { answer: "away", sentence: "Sign in first." };
  const answer = await callApi(now.key, shape, call);
  if (answer.answer === "refused" && answer.status === 401) signOut(answer.problem.detail);
  return answer;
}

/** What to tell of an answer that is not ok, in the API's own words. */
export function sentenceOf(answer: Exclude<Answer<unknown>, { readonly answer: "ok" }>): string {
  return answer.answer === "refused" ? answer.problem.detail : answer.sentence;
}
