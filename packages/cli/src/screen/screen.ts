/** The terminal that stdout is, as far as commands care. */
export interface Screen {
  /** Its width; undefined: stdout is no terminal, so nothing is drawn over and nothing is coloured. */
  readonly columns: () => number | undefined;
  readonly colours: "on" | "off";
}

export type Paint = (colour: Colour, text: string) => string;
type Colour = keyof typeof codes;

/** SGR codes (ECMA-48). */
const codes = { red: 31, green: 32, yellow: 33, bold: 1, dim: 2 } as const;

/** Colours text on a terminal, and leaves it alone anywhere else. */
export function createPaint(screen: Screen): Paint {
  const plain = screen.colours === "off" || screen.columns() === undefined;
  return plain ? (_colour, text) => text : (colour, text) => `\x1b[${codes[colour]}m${text}\x1b[0m`;
}

/** Draws lines in the place of those drawn before. */
export function createRedraw(print: (text: string) => void): (lines: readonly string[]) => void {
  let drawn = 0;
  return (lines) => {
    // Up to the first line of the last drawing, and everything below erased.
    const back = drawn === 0 ? "" : `\x1b[${drawn}A\x1b[J`;
    drawn = lines.length;
    print(`${back}${lines.map((line) => `${line}\n`).join("")}`);
  };
}
