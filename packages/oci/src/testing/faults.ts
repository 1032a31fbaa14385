/** Something that goes wrong with requests that fit. The first fault that fits a request is used. */
export interface RegistryFault {
  /** Only requests with this method. Default any. */
  readonly method?: string;
  /** Only requests whose path and query match. Default any. */
  readonly path?: RegExp;
  /** How often it happens. Default always. */
  readonly times?: number;
  /** How many fitting requests are served well before the first fault. Default 0. */
  readonly after?: number;
  /** Answers with this status instead, without doing anything. */
  readonly status?: number;
  /** Headers of that answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Cuts the connection after this many bytes of the request's body. */
  readonly resetAfterRequestBytes?: number;
  /** Does what is asked, then cuts the connection instead of answering. */
  readonly resetAnswer?: boolean;
  /** Cuts the connection after this many bytes of the answer's body. */
  readonly resetAfterAnswerBytes?: number;
  /** Ends the answer's body early, as if it were all, after this many bytes. */
  readonly truncateAnswerBytes?: number;
  /** Changes one byte of the answer's body. */
  readonly corruptAnswer?: boolean;
  /** States this `Docker-Content-Digest`. */
  readonly statedDigest?: string;
  /** Forgets all tokens before the request is looked at. */
  readonly expireTokens?: boolean;
  /** Keeps only so many bytes of a chunk, and says so. */
  readonly keepChunkBytes?: number;
  /** Run before the request is served; for races. */
  readonly before?: () => void;
}

/** Counts faults down. */
export interface FaultList {
  add(fault: RegistryFault): void;
  take(method: string, path: string): RegistryFault | undefined;
  clear(): void;
}

/** Makes an empty {@link FaultList}. */
export function createFaultList(): FaultList {
  const entries: { fault: RegistryFault; wait: number; left: number }[] = [];
  return {
    add: (fault) => entries.push({ fault, wait: fault.after ?? 0, left: fault.times ?? Number.POSITIVE_INFINITY }),
    take(method, path) {
      for (const entry of entries) {
        if (entry.left <= 0 || (entry.fault.method ?? method) !== method || !(entry.fault.path?.test(path) ?? true)) continue;
        if (entry.wait > 0) {
          entry.wait--;
          continue;
        }
        entry.left--;
        return entry.fault;
      }
      return undefined;
    },
    clear() {
      entries.length = 0;
    },
  };
}
