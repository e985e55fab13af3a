#!/usr/bin/env node
// `causeway-host`, for a checkout; a worker host starts src/main.ts with its own Node.

await import(new URL("../src/main.ts", import.meta.url).href);
