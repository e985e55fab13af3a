import { render } from "preact";
import { html } from "./html.ts";

const place = document.getElementById("app");
if (place !== null) render(html`<main class="page"><h1>Jobs</h1></main>`, place);
