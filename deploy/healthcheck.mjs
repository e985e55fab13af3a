// A container's health check: exits 0 when GET on the given URL answers 2xx within three seconds.

const [url] = process.argv.slice(2);

try {
  const { ok } = await fetch(url, { signal: AbortSignal.timeout(3000) });
  process.exitCode = ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
