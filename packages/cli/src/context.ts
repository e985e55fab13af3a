import type { ApiClient } from "./api/client.ts";
import type { CliConfig } from "./config.ts";
import type { Screen } from "./screen/screen.ts";
import type { ExitCode } from "./refusal.ts";

/** What every command works with. */
export interface CliContext {
  readonly config: CliConfig;
  readonly api: ApiClient;
  /** Writes a line for the reader (stdout). */
  readonly say: (line: string) => void;
  /** Writes a line beside the answer (stderr): warnings, progress. */
  readonly note: (line: string) => void;
  /** Writes text as it is (stdout). */
  readonly print: (text: string) => void;
  readonly screen: Screen;
  /** Sets how the process will end; the highest that was set holds. */
  readonly endWith: (code: ExitCode) => void;
  /** Aborted by Ctrl-C. */
  readonly stopping: AbortSignal;
}
