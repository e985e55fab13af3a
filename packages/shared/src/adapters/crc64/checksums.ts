import type { Checksums } from "../../ports/checksums.ts";
import { combineCrc64, crc64, createCrc64 } from "./crc64.ts";
import { combineStoredCrc, createStoredCrc } from "./stored-crc.ts";

/** All checksums that a copy is proven by, as the port names them. */
export const checksums: Checksums = { crc64, createCrc64, combineCrc64, createStoredCrc, combineStoredCrc };
