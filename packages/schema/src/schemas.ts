/**
 * zod schemas of what people write: support files and instance files.
 *
 * @packageDocumentation
 */

export { entitySchema, instanceSchema } from "./schemas/instance.js";
export { defineSchema, entityModelSchema, parameterSchema, supportSchema } from "./schemas/support.js";
