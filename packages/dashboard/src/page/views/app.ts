import { useEffect } from "preact/hooks";
import { html } from "../html.ts";
import { followFleet, isLedgerReachable } from "../live/fleet.ts";
import { ConfirmDialog } from "../parts/dialog.ts";
import { Notices } from "../parts/notices.ts";
import { type Route, route } from "../route.ts";
import { session } from "../session.ts";
import { JobView } from "./job.ts";
import { JobsView } from "./jobs.ts";
import { SignIn } from "./sign-in.ts";
import { SubmitView } from "./submit.ts";
import { TopBar } from "./top-bar.ts";
import { WorkersView } from "./workers.ts";

/** The whole page. */
export function App() {
  const now = session.value;
  const key = now.state === "signed-in" ? now.key : undefined;
  useEffect(() => (key === undefined ? undefined : followFleet(key)), [key]);
  if (now.state !== "signed-in") return html`<${SignIn} now=${now} />`;
  return html`<a class="skip" href="#content" onClick=${skip}>Skip to the content</a>
    <${TopBar} client=${now.client} />
    ${isLedgerReachable.value ? null : html`<p class="banner banner-bad" role="alert">Redis does not answer the API. What is shown is what was last known; migrations go on when it is back.</p>`}
    <main class="page" id="content" tabindex="-1">${viewOf(route.value, now.key)}</main>
    <${Notices} />
    <${ConfirmDialog} />`;
}

function viewOf(to: Route, key: string) {
  switch (to.view) {
    case "jobs":
      return html`<${JobsView} />`;
    case "job":
      return html`<${JobView} key=${to.id} sessionKey=${key} id=${to.id} />`;
    case "workers":
      return html`<${WorkersView} />`;
    case "submit":
      return html`<${SubmitView} />`;
    default:
      return to satisfies never;
  }
}

/** The address says which view is shown, so the link itself would leave it. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}
