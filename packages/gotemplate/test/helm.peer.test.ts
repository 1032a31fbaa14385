import { describePeer } from "@epicube/testkit";
import { expect, it } from "vitest";
import { CASE_DATA, DATES, FUNCTIONS, LANGUAGE, numberCases, printfCases, REGEXES, textCases, URLS, VERSIONS } from "./support/cases.js";
import { generateTemplate } from "./support/generate.js";
import { DATA } from "./support/grammar.js";
import { renderAll, renderFailures } from "./support/helm.js";
import { contextOf, failOurs, renderOurs } from "./support/ours.js";

/** Generated templates of one run, and how many of the failing ones are compared (each costs a process). */
const GENERATED = 2000;
const GENERATED_FAILURES = 60;

interface Difference {
  readonly template: string;
  readonly helm: string;
  readonly ours: string;
}

/** Renders all with both; those that ours refuses are left for {@link compareFailures}. */
async function compare(helm: string, templates: readonly string[], data: unknown) {
  const good: string[] = [];
  const expected: Buffer[] = [];
  const failing: string[] = [];
  for (const template of templates) {
    const result = renderOurs(template, contextOf(data));
    if (Buffer.isBuffer(result)) {
      good.push(template);
      expected.push(result);
    } else failing.push(template);
  }
  const outputs = await renderAll(helm, good, data);
  const differences: Difference[] = [];
  good.forEach((template, index) => {
    const output = outputs[index]!;
    if (typeof output === "string" || Buffer.compare(output, expected[index]!) !== 0) {
      differences.push({ template, helm: output.toString(), ours: expected[index]!.toString() });
    }
  });
  return { compared: good.length, differences, failing };
}

async function compareFailures(helm: string, templates: readonly string[], data: unknown): Promise<Difference[]> {
  const texts = await renderFailures(helm, templates, data);
  return templates.flatMap((template, index) => {
    const ours = failOurs(template, data);
    return ours === texts[index] ? [] : [{ template, helm: texts[index]!, ours }];
  });
}

describePeer(["helm"], "the same bytes and the same error texts as helm", (peers) => {
  const helm = peers.helm.paths.helm!;

  it.each([
    ["the language", LANGUAGE],
    ["functions", FUNCTIONS],
    ["dates", DATES],
    ["URLs", URLS],
    ["versions", VERSIONS],
    ["regular expressions", REGEXES],
  ])("%s, errors by text", async (_name, templates) => {
    const { compared, differences, failing } = await compare(helm, templates, CASE_DATA);
    expect(differences).toEqual([]);
    expect(await compareFailures(helm, failing, CASE_DATA)).toEqual([]);
    expect(compared).toBeGreaterThan(10);
  });

  it.each([
    ["printf: every verb, flag and kind of value", printfCases()],
    ["every text function on every text", textCases()],
    ["floats printed and computed with", numberCases()],
  ])("%s", async (_name, templates) => {
    const { compared, differences, failing } = await compare(helm, templates, {});
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(300);
    // What fails here fails for few reasons: one of each twenty is compared by text.
    expect(
      await compareFailures(
        helm,
        failing.filter((_template, index) => index % 20 === 0),
        {},
      ),
    ).toEqual([]);
  });

  it(`${GENERATED} generated templates`, async () => {
    const templates = Array.from({ length: GENERATED }, (_, seed) => generateTemplate(seed));
    const { compared, differences, failing } = await compare(helm, templates, DATA);
    expect(differences).toEqual([]);
    expect(await compareFailures(helm, failing.slice(0, GENERATED_FAILURES), DATA)).toEqual([]);
    expect(compared).toBeGreaterThan(GENERATED / 2);
  });

  it("passwords: what one encrypts the other reads", async () => {
    const encrypted = renderOurs('{{ encryptAES "secret key" "héllo" }}', contextOf({}));
    expect(Buffer.isBuffer(encrypted)).toBe(true);
    const templates = [
      `{{ decryptAES "secret key" "${encrypted}" }}`,
      ...["maximum", "long", "medium", "short", "basic", "pin", "other"].map(
        (kind) => `{{ derivePassword 1 "${kind}" "pass" "user" "example.com" }}`,
      ),
    ];
    expect(await compare(helm, templates, {})).toMatchObject({ differences: [], failing: [], compared: templates.length });
  });

  it("keys and certificates: helm signs with ours, and reads them", async () => {
    const made = renderOurs('{{ $ca := genCA "our-ca" 30 }}{{ b64enc $ca.Cert }} {{ b64enc $ca.Key }}', contextOf({}));
    const [cert, key] = made.toString().split(" ");
    const [output] = await renderAll(
      helm,
      [
        `{{ $ca := buildCustomCert "${cert}" "${key}" }}{{ $leaf := genSignedCert "leaf" nil (list "a.b") 30 $ca }}` +
          `{{ $own := genSelfSignedCertWithKey "own" (list "10.0.0.1") nil 30 (b64dec "${key}") }}{{ contains "BEGIN CERTIFICATE" $leaf.Cert }} {{ contains "BEGIN CERTIFICATE" $own.Cert }}`,
      ],
      {},
    );
    expect(output!.toString()).toBe("true true");
  });
});
