import htm from "htm";
import { h } from "preact";

/** Writes elements as text that needs no compiler; values between `${}` are always text, never markup. */
export const html = htm.bind(h);
