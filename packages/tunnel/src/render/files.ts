/** A file of the host, as it has to be written. */
export interface RenderedFile {
  /** Absolute, on the host. */
  readonly path: string;
  readonly mode: number;
  readonly text: string;
}

/** The first lines of every file: where it comes from, so that nobody mends it in the wrong place. */
export const origin = "Rendered from tunnel.yaml by `causeway tunnel render`; changes made here are lost.";

/** All files as one text, each under its path and mode, for people to read. */
export function printFiles(files: readonly RenderedFile[]): string {
  return files.map(({ path, mode, text }) => `==> ${path} (0${mode.toString(8)})\n${text}`).join("\n");
}
