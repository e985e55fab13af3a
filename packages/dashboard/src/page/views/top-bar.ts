import type { Client } from "../calls/answers.ts";
import { html } from "../html.ts";
import { link, workers } from "../live/fleet.ts";
import type { Link } from "../live/follow.ts";
import { addressOf, type Route, route } from "../route.ts";
import { mayOperate, signOut } from "../session.ts";

const linkWords: Readonly<Record<Link, string>> = { opening: "connecting", live: "live", polling: "reconnecting" };

/** Where one can go, whether what is shown is live, and whose key it is. */
export function TopBar({ client }: { readonly client: Client }) {
  return html`<header class="bar">
    <a class="brand" href=${addressOf({ view: "jobs" })}>Causeway</a>
    <nav aria-label="Views">
      <${Tab} to=${{ view: "jobs" }} also="job">Jobs<//>
      <${Tab} to=${{ view: "workers" }}>Workers <span class="pill">${workers.value.length}</span><//>
      ${mayOperate.value ? html`<${Tab} to=${{ view: "submit" }}>New job<//>` : null}
    </nav>
    <span class=${`link link-${link.value}`}><i aria-hidden="true"></i>${linkWords[link.value]}</span>
    <span class="who">${client.name}<small>${client.role}</small></span>
    <button class="plain" type="button" onClick=${() => signOut(null)}>Sign out</button>
  </header>`;
}

interface TabProperties {
  readonly to: Route;
  /** Another view that belongs under this tab. */
  readonly also?: Route["view"];
  readonly children?: unknown;
}

function Tab({ to, also, children }: TabProperties) {
  const { view } = route.value;
  const isHere = view === to.view || view === also;
  return html`<a href=${addressOf(to)} aria-current=${isHere ? "page" : null}>${children}</a>`;
}
