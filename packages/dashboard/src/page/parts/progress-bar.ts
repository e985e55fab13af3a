import type { Stats } from "../calls/answers.ts";
import { count, percent } from "../format.ts";
import { html } from "../html.ts";

/** How far a job is, by objects: copied, skipped and failed of those listed so far, and what running tasks have settled. */
export function ProgressBar({
  stats,
  underWay,
  size,
}: {
  readonly stats: Pick<Stats, "objects" | "scanFinished">;
  /** Objects; 0 where nobody has asked the tasks. */
  readonly underWay: number;
  readonly size: "line" | "large";
}) {
  const { listed, copied, skipped, failed } = stats.objects;
  const counted = copied + skipped + failed;
  const settled = counted + underWay;
  const share = (part: number): string => `${listed === 0 ? 0 : (100 * part) / listed}`;
  const said = `${percent(settled, listed)}: ${count(settled)} of ${count(listed)} objects settled${stats.scanFinished ? "" : ", the listing goes on"}`;
  return html`<svg
    class=${`progress progress-${size}${stats.scanFinished ? "" : " progress-open"}`}
    role="img"
    aria-label=${said}
    viewBox="0 0 100 10"
    preserveAspectRatio="none"
  >
    <title>${said}</title>
    <rect class="progress-copied" x="0" y="0" height="10" width=${share(copied)} />
    <rect class="progress-skipped" x=${share(copied)} y="0" height="10" width=${share(skipped)} />
    <rect class="progress-failed" x=${share(copied + skipped)} y="0" height="10" width=${share(failed)} />
    <rect class="progress-running" x=${share(counted)} y="0" height="10" width=${share(underWay)} />
  </svg>`;
}
