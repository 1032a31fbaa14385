import { readFile } from "node:fs/promises";
import { digestOf, EpicubeError, messageOf } from "@epicube/core";
import type { Release } from "../../releases/release.js";
import { fieldsOf, listOf, textOf } from "../../releases/shape.js";
import { writeFileAtomic } from "../files/write.js";
import { releaseFile } from "./layout.js";

/** Digest of what a release asks for, without the words that change nothing. */
export function releaseDigest(release: Release): string {
  const { objects, hooks, images, version, health } = release;
  return digestOf(JSON.stringify({ objects, hooks, images, version, health }));
}

/** Keeps the release as it is applied: for plans to compare with, and to start the IOC again. */
export async function writeRelease(stateFolder: string, release: Release): Promise<void> {
  await writeFileAtomic(releaseFile(stateFolder, release.name), `${JSON.stringify(release)}\n`);
}

/** The release as it was last applied, or undefined. Throws `STATE_CORRUPT` for a file that is no release. */
export async function readRelease(stateFolder: string, ioc: string): Promise<Release | undefined> {
  const file = releaseFile(stateFolder, ioc);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new EpicubeError("STATE_UNREADABLE", `cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
  let release: unknown;
  try {
    release = JSON.parse(text);
  } catch {
    // Judged below: text that is no JSON is no release either.
  }
  const fields = fieldsOf(release);
  const sound =
    fields?.name === ioc &&
    Array.isArray(fields.objects) &&
    listOf(fields.objects).every((object) => textOf(fieldsOf(fieldsOf(object)?.metadata)?.name) !== undefined);
  if (!sound)
    throw new EpicubeError("STATE_CORRUPT", `${file} is not the release of ${ioc} that was written there`, {
      help: "remove the file and deploy the IOC again; its autosave folder is not touched",
    });
  return release as Release;
}
