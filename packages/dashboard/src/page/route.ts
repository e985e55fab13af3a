import { signal } from "@preact/signals";

/** Which view the address shows. It stands behind `#`, so the API serves one page. */
export type Route =
  | { readonly view: "jobs" }
  | { readonly view: "job"; readonly id: string }
  | { readonly view: "workers" }
  | { readonly view: "submit" };

export const route = signal<Route>({ view: "jobs" });

function routeOf(hash: string): Route {
  const [, view, id] = /^#\/(\w+)(?:\/(.+))?$/.exec(hash) ?? [];
  if (view === "jobs" && id !== undefined) return { view: "job", id: decoded(id) };
  if (view === "workers" || view === "submit") return { view };
  return { view: "jobs" };
}

export function addressOf(to: Route): string {
  return to.view === "job" ? `#/jobs/${encodeURIComponent(to.id)}` : `#/${to.view}`;
}

export function goTo(to: Route): void {
  location.hash = addressOf(to);
}

/** Keeps `route` at what the address says. */
export function watchAddress(): void {
  addEventListener("hashchange", readAddress);
  readAddress();
}

function readAddress(): void {
  route.value = routeOf(location.hash);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
