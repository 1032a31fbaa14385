import type { CaClient, PvReading, SearchResult } from "@epicube/ca";
import type { Clock } from "@epicube/core";
import type { HealthLevel, HealthTarget, HealthVerdict, PvVerdict, Verdict } from "@epicube/core/seams";
import { brokenRule, textOf } from "../ladder/expect.js";
import { judgeError, LEVELS, lowest, worst } from "../ladder/levels.js";
import { awaitHeartbeat, type HeartbeatSample, sampleOf } from "./heartbeat.js";
import { namesOf } from "./target.js";

/** What one examination works with. */
export interface Examination {
  readonly target: HealthTarget;
  readonly client: CaClient;
  readonly clock: Clock;
  /** Moment (monotonic) by which the verdict must be there. */
  readonly deadlineMs: number;
  readonly answerTimeoutMs: number;
  readonly heartbeatTimeoutMs: number;
  readonly heartbeatPollMs: number;
  /** Ask who else has the names: two servers with one name are unhealthy. */
  readonly findDuplicates?: boolean;
  /** The heartbeat's first sample of an earlier examination of the same life of the IOC. */
  readonly baseline?: HeartbeatSample | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A verdict, and the heartbeat's sample to hand to the next examination. */
export interface ExaminationResult {
  readonly verdict: HealthVerdict;
  /** True where an answer was not waited for as long as it may take, because the deadline came first: its absence says nothing. */
  readonly cutShort: boolean;
  readonly baseline: HeartbeatSample | undefined;
}

/** The way of one PV up the ladder. */
interface Row {
  readonly pv: string;
  verdict: Verdict;
  level: HealthLevel;
  cause: string | undefined;
  server: string | undefined;
  severity: string | undefined;
  value: string | undefined;
  timingsMs: Record<string, number>;
  reading: PvReading | undefined;
}

/** Climbs the ladder once, as far as the preset asks. */
export async function examine(examination: Examination): Promise<ExaminationResult> {
  const { target, clock } = examination;
  const rows = new Map<string, Row>();
  const duplicates = examination.findDuplicates ? findDuplicates(examination) : undefined;
  const cutShort = await (target.preset === "startup" ? open(examination, rows) : read(examination, rows));
  for (const { pv, servers } of (await duplicates) ?? []) {
    const cause = `${pv} is answered by ${servers.length === 2 ? "two" : servers.length} servers: ${servers.join(", ")}`;
    if (servers.length > 1) Object.assign(rows.get(pv)!, { verdict: "unhealthy", level: "L2", cause });
  }
  let baseline: HeartbeatSample | undefined;
  if (target.preset !== "startup") {
    baseline = await checkHeartbeat(examination, rows);
    if (target.preset === "readiness") await checkRules(examination, rows);
  }
  const pvs = [...rows.values()];
  return { verdict: summarise(target, pvs, new Date(clock.nowMs()).toISOString()), cutShort, baseline };
}

function timeLeft(examination: Examination): number {
  return Math.max(1, Math.min(examination.answerTimeoutMs, examination.deadlineMs - examination.clock.monotonicMs()));
}

/** Goes on beside the reads, and is given up with them. */
async function findDuplicates(examination: Examination): Promise<readonly SearchResult[]> {
  const { client, signal } = examination;
  return client.searchMany(namesOf(examination.target), { timeoutMs: timeLeft(examination), ...(signal ? { signal } : {}) });
}

/** L0 to L2: every name exists. */
async function open(examination: Examination, rows: Map<string, Row>): Promise<boolean> {
  const { client, signal } = examination;
  const timeoutMs = timeLeft(examination);
  const infos = await client.infoMany(namesOf(examination.target), { timeoutMs, ...(signal ? { signal } : {}) });
  for (const info of infos) {
    const row = emptyRow(info.pv, { ...info.timingsMs }, info.server);
    rows.set(info.pv, row);
    if (info.ok) row.level = "L2";
    else Object.assign(row, judgeError(info.error, info.timingsMs), { cause: info.error.message });
  }
  return timeoutMs < examination.answerTimeoutMs && infos.some((info) => !info.ok && info.error.code === "CA_TIMEOUT");
}

/** L0 to L3: every name exists and answers a read. */
async function read(examination: Examination, rows: Map<string, Row>): Promise<boolean> {
  const { client, signal } = examination;
  const timeoutMs = timeLeft(examination);
  const readings = await client.getMany(namesOf(examination.target), { timeoutMs, ...(signal ? { signal } : {}) });
  for (const reading of readings) {
    const row = emptyRow(reading.pv, { ...reading.timingsMs }, reading.server);
    rows.set(reading.pv, row);
    row.reading = reading;
    if (reading.ok) {
      row.level = "L3";
      row.severity = String(reading.severity);
      row.value = textOf(reading);
    } else Object.assign(row, judgeError(reading.error!, reading.timingsMs), { cause: reading.error!.message });
  }
  return timeoutMs < examination.answerTimeoutMs && readings.some((reading) => reading.error?.code === "CA_TIMEOUT");
}

/** L4: the heartbeat moves. Only asked where everything answers: below that its silence would say nothing new. */
async function checkHeartbeat(examination: Examination, rows: Map<string, Row>): Promise<HeartbeatSample | undefined> {
  const { target, clock, client, signal } = examination;
  const row = target.heartbeatPv === undefined ? undefined : rows.get(target.heartbeatPv);
  if (!row?.reading?.ok) return undefined;
  const baseline = examination.baseline ?? sampleOf(row.reading, clock.monotonicMs());
  if ([...rows.values()].some((other) => other.verdict !== "healthy")) return baseline;
  const outcome = await awaitHeartbeat({
    client,
    clock,
    pv: row.pv,
    first: row.reading,
    baseline,
    untilMs: Math.min(examination.deadlineMs, clock.monotonicMs() + examination.heartbeatTimeoutMs),
    answerTimeoutMs: examination.answerTimeoutMs,
    pollMs: examination.heartbeatPollMs,
    signal,
  });
  row.timingsMs.heartbeat = outcome.waitedMs;
  row.reading = outcome.reading;
  if (outcome.moved) {
    row.level = "L4";
    row.value = textOf(outcome.reading);
    row.severity = String(outcome.reading.severity);
    return baseline;
  }
  row.cause = outcome.cause;
  if (outcome.reading.ok) Object.assign(row, { verdict: "unhealthy", level: "L4" });
  else Object.assign(row, judgeError(outcome.reading.error!, outcome.reading.timingsMs));
  return outcome.reading.ok ? baseline : undefined;
}

/** L5: severities and values of the PVs that have a rule. */
async function checkRules(examination: Examination, rows: Map<string, Row>): Promise<void> {
  const { target, client, signal } = examination;
  const rules = (target.expect ?? []).filter((rule) => rows.get(rule.pv)?.verdict === "healthy");
  const states = [
    ...new Set(rules.filter((rule) => rule.equals !== undefined && rows.get(rule.pv)!.reading?.type === "ENUM").map((rule) => rule.pv)),
  ];
  const options = { class: "plain", type: "STRING", timeoutMs: timeLeft(examination), ...(signal ? { signal } : {}) } as const;
  const texts = new Map(
    (await client.getMany(states, options)).map((reading) => [reading.pv, reading.ok ? String(reading.value) : undefined]),
  );
  for (const rule of rules) {
    const row = rows.get(rule.pv)!;
    if (row.verdict !== "healthy") continue;
    row.level = "L5";
    const cause = brokenRule(rule, target.preset, row.reading!, texts.get(rule.pv));
    if (cause !== undefined) Object.assign(row, { verdict: "unhealthy", cause });
  }
}

function emptyRow(pv: string, timingsMs: Record<string, number>, server: string | undefined): Row {
  return {
    pv,
    verdict: "healthy",
    level: "L0",
    cause: undefined,
    server,
    severity: undefined,
    value: undefined,
    timingsMs,
    reading: undefined,
  };
}

/** One verdict of many: the worst, at the first level that failed, with the cause of the lowest PV and how many share its fate. */
function summarise(target: HealthTarget, rows: readonly Row[], checkedAt: string): HealthVerdict {
  const pvs = rows.map(plainRow);
  let verdict: Verdict = rows.length === 0 ? "unknown" : "healthy";
  for (const row of rows) verdict = worst(verdict, row.verdict);
  const event = { event: "health", ioc: target.ioc, checkedAt } as const;
  if (rows.length === 0) return { ...event, verdict, level: "L0", cause: "no PV is given to ask for", pvs };
  if (verdict === "healthy") {
    const level = rows.map((row) => row.level).reduce((left, right) => (LEVELS.indexOf(left) >= LEVELS.indexOf(right) ? left : right));
    return { ...event, verdict, level, pvs };
  }
  const failed = rows.filter((row) => row.verdict === verdict);
  const level = failed.map((row) => row.level).reduce(lowest);
  const first = failed.find((row) => row.level === level)!;
  const causes = new Set(failed.map((row) => row.cause));
  const more = causes.size > 1 ? ` (and ${failed.length - 1} more ${failed.length === 2 ? "PV" : "PVs"})` : "";
  return { ...event, verdict, level, cause: `${first.cause}${more}`, pvs };
}

function plainRow(row: Row): PvVerdict {
  const { pv, verdict, level, cause, server, severity, value, timingsMs } = row;
  return {
    pv,
    verdict,
    level,
    ...(cause === undefined ? {} : { cause }),
    ...(server === undefined ? {} : { server }),
    ...(severity === undefined ? {} : { severity }),
    ...(value === undefined ? {} : { value }),
    timingsMs,
  };
}
