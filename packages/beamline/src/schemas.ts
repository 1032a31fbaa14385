/**
 * Zod schemas of what people write for a beamline.
 *
 * @packageDocumentation
 */
import { z } from "zod";

const severityName = z.enum(["no_alarm", "minor", "major", "invalid"]);

/** Health rules of one IOC. */
export const iocHealthSchema = z
  .strictObject({
    watch: z.array(z.string().min(1)).optional().describe("PVs whose alarm severity is judged, beside those tagged epicube:watch"),
    heartbeat: z
      .string()
      .min(1)
      .optional()
      .describe("PV that must advance; default: the one tagged epicube:heartbeat or named *:HEARTBEAT"),
    maxSeverity: severityName.optional().describe("worst severity allowed for watched PVs; default major"),
    deadlineMs: z.int().positive().optional().describe("milliseconds until the IOC must be healthy"),
  })
  .describe("health rules of one IOC");

/** `epicube.yaml`, beside `services/`. */
export const beamlineSettingsSchema = z
  .strictObject({
    namespace: z
      .string()
      .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, "must be a Kubernetes name: lower-case letters, digits and -")
      .optional()
      .describe("namespace of the beamline; default: the folder's name"),
    images: z.string().min(1).optional().describe("images file, relative to this file; default images.yaml where there is one"),
    registry: z.string().min(1).optional().describe("HOST[:PORT][/PREFIX] that replaces the repository of each image reference"),
    support: z
      .array(z.string().min(1))
      .optional()
      .describe("support definitions: files, or folders searched for *.ibek.support.yaml and templates"),
    targets: z
      .record(
        z.string(),
        z.strictObject({
          kind: z.enum(["kubernetes", "local", "gitops"]),
          context: z.string().optional(),
          server: z.string().optional(),
          caSha256: z.string().optional(),
          namespaceUid: z.string().optional(),
        }),
      )
      .optional()
      .describe("named targets and their pins"),
    health: z.record(z.string(), iocHealthSchema).optional().describe("health rules by IOC name"),
    chartMirror: z.string().min(1).optional().describe("registry that charts are taken from instead of the one they name"),
  })
  .describe("settings of a beamline");

/** What `epicube.yaml` holds. */
export type BeamlineSettings = z.infer<typeof beamlineSettingsSchema>;
/** Health rules of one IOC. */
export type IocHealthRules = z.infer<typeof iocHealthSchema>;
