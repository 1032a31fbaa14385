import { type Digest, isDigest } from "@epicube/core";
import { z } from "zod";

/** A digest as text; only sha256 is accepted. */
export const digestSchema = z.custom<Digest>(
  (value) => typeof value === "string" && isDigest(value),
  "a digest is sha256: and 64 lower-case hex digits",
);

/** Bounds every size that comes from outside: whole bytes up to 2^53 - 1. */
const size = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export const platformSchema = z.looseObject({
  architecture: z.string(),
  os: z.string(),
  "os.version": z.string().optional(),
  "os.features": z.array(z.string()).optional(),
  variant: z.string().optional(),
});

/** Points at content: media type, digest and size. */
export const descriptorSchema = z.looseObject({
  mediaType: z.string(),
  digest: digestSchema,
  size,
  urls: z.array(z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  data: z.string().optional(),
  artifactType: z.string().optional(),
  platform: platformSchema.optional(),
});

/** @see OCI image-spec, descriptor.md */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly urls?: readonly string[] | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** The content itself, base64. */
  readonly data?: string | undefined;
  readonly artifactType?: string | undefined;
  readonly platform?: Platform | undefined;
}

/** What an image runs on. */
export interface Platform {
  readonly architecture: string;
  readonly os: string;
  readonly "os.version"?: string | undefined;
  readonly "os.features"?: readonly string[] | undefined;
  readonly variant?: string | undefined;
}

/** `linux/arm64/v8` as a platform. The text has been checked by the caller's schema. */
export function parsePlatform(text: string): Platform {
  const [os = "", architecture = "", variant] = text.split("/");
  return { architecture, os, ...(variant === undefined ? {} : { variant }) };
}

/** A platform as `OS/ARCHITECTURE[/VARIANT]`. */
export function formatPlatform(platform: Platform): string {
  return [platform.os, platform.architecture, ...(platform.variant === undefined ? [] : [platform.variant])].join("/");
}
