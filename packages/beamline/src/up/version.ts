import { execa } from "execa";

/** `git describe --tags` of a repository; undefined without git, a repository or a tag. */
export async function repositoryVersion(root: string, signal?: AbortSignal): Promise<string | undefined> {
  const result = await execa("git", ["describe", "--tags", "--dirty"], {
    cwd: root,
    reject: false,
    stdin: "ignore",
    timeout: 10_000,
    ...(signal ? { cancelSignal: signal } : {}),
  });
  return result.exitCode === 0 && typeof result.stdout === "string" && result.stdout !== "" ? result.stdout : undefined;
}
