import { render } from "preact";
import { html } from "./html.ts";
import { watchAddress } from "./route.ts";
import { resumeSession } from "./session.ts";
import { App } from "./views/app.ts";

const place = document.getElementById("app");
if (place !== null) {
  // What stands there says that the page is opening.
  place.replaceChildren();
  watchAddress();
  render(html`<${App} />`, place);
  void resumeSession();
}
