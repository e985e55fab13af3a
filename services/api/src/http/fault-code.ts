import { isFaultCode } from "@causeway/shared/domain/fault-codes.ts";
import { z } from "zod";

/** A fault's code in a query or a body. */
export const faultCode = z
  .string()
  .refine(isFaultCode, "is not one of Causeway's fault codes; docs/faults.md lists them");
