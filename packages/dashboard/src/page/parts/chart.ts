import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { bytes, moment } from "../format.ts";
import { html } from "../html.ts";
import type { Curve } from "../live/history.ts";

const heightPixels = 220;

/** Bytes and objects per second over time. The canvas is for eyes; `caption` says the same in words. */
export function ThroughputChart({ curve, caption }: { readonly curve: Curve; readonly caption: string }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);

  useEffect(() => {
    const holder = place.current;
    if (holder === null) return undefined;
    const draw = (): void => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsFor(holder), dataOf(curve), holder);
    };
    draw();
    const resize = new ResizeObserver(() => {
      plot.current?.setSize({ width: holder.clientWidth, height: heightPixels });
    });
    resize.observe(holder);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", draw);
    return () => {
      scheme.removeEventListener("change", draw);
      resize.disconnect();
      plot.current?.destroy();
    };
  }, []);
  useEffect(() => plot.current?.setData(dataOf(curve)), [curve]);

  return html`<figure class="chart">
    <div ref=${place} class="chart-canvas" aria-hidden="true"></div>
    <figcaption>${caption}</figcaption>
  </figure>`;
}

function dataOf({ seconds, bytesPerSecond, objectsPerSecond }: Curve): uPlot.AlignedData {
  return [[...seconds], [...bytesPerSecond], [...objectsPerSecond]];
}

function optionsFor(holder: HTMLElement): uPlot.Options {
  const style = getComputedStyle(holder);
  // A colour as the browser computes it: a canvas knows no custom properties.
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const [ink, line, blue, amber] = ["--chart-ink", "--chart-grid", "--chart-bytes", "--chart-objects"].map(colour);
  const axis = { stroke: ink ?? "", grid: { stroke: line ?? "", width: 1 }, ticks: { show: false } };
  return {
    width: holder.clientWidth,
    height: heightPixels,
    cursor: { y: false },
    legend: { live: true },
    scales: { bytes: { range: fromZero }, objects: { range: fromZero } },
    axes: [
      { ...axis, grid: { show: false }, space: 70, values: (_plot, ticks) => ticks.map(tickText(ticks)) },
      {
        ...axis,
        scale: "bytes",
        size: 84,
        incrs: powersOfTwo,
        values: (_plot, ticks) => ticks.map((tick) => `${bytes(tick)}/s`),
      },
      {
        ...axis,
        scale: "objects",
        // uPlot names its sides by an enum that exists for the compiler alone: 1 is the right.
        // oxlint-disable-next-line typescript/no-unsafe-enum-assignment
        side: 1,
        size: 56,
        grid: { show: false },
        values: (_plot, ticks) => ticks.map((tick) => `${tick}/s`),
      },
    ],
    series: [
      { label: "Time", value: (_plot, value) => (value === null ? "–" : timeOf(value)) },
      {
        label: "Bytes",
        scale: "bytes",
        stroke: blue ?? "",
        width: 2,
        fill: colour("--chart-fill"),
        points: { show: false },
        value: (_plot, value) => (value === null ? "–" : `${bytes(value)}/s`),
      },
      {
        label: "Objects",
        scale: "objects",
        stroke: amber ?? "",
        width: 1.5,
        points: { show: false },
        value: (_plot, value) => (value === null ? "–" : `${Math.round(value)}/s`),
      },
    ],
  };
}

/** Steps of the axis of bytes, so that its marks are whole KiB, MiB and GiB. */
const powersOfTwo = Array.from({ length: 51 }, (_, exponent) => 2 ** exponent);

function timeOf(seconds: number): string {
  return moment(new Date(1000 * seconds).toISOString(), new Date());
}

/** Ticks of days have a date, ticks of minutes no seconds. */
function tickText(ticks: readonly number[]): (seconds: number) => string {
  const step = (ticks[1] ?? 0) - (ticks[0] ?? 0);
  return (seconds) => {
    const at = new Date(1000 * seconds);
    const time = at.toLocaleTimeString("en-GB");
    if (step >= 10_800) return `${at.toLocaleDateString("en-CA").slice(5)} ${time.slice(0, 5)}`;
    return step >= 60 ? time.slice(0, 5) : time;
  };
}

function fromZero(_plot: uPlot, _lowest: number, highest: number): uPlot.Range.MinMax {
  return [0, Math.max(1, highest * 1.1)];
}
