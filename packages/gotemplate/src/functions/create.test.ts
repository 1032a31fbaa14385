// biome-ignore-all lint/suspicious/noTemplateCurlyInString: replacement texts of regular expressions
import { createManualClock } from "@epicube/core";
import { describe, expect, it } from "vitest";
import { parseTemplateSet } from "../set/parse-set.js";
import { createFunctions } from "./create.js";

/** A call of each function, and what Helm 4.1.4 prints for it. */
const CALLS: readonly (readonly [call: string, output: string])[] = [
  ["and 1 0 2", "0"],
  ['and "a" "b"', "b"],
  ['or 0 "" "x"', "x"],
  ["not nil", "true"],
  ['len "héllo"', "6"],
  ['len (dict "a" 1)', "1"],
  ['index (list "a" (list "b" "c")) 1 0', "b"],
  ['index (dict "k" "v") "k"', "v"],
  ["slice (list 1 2 3 4) 1 3", "[2 3]"],
  ["html \"<a href='x'>\"", "&lt;a href=&#39;x&#39;&gt;"],
  ['js "it\'s \\"<b>\\""', 'it\\\'s \\"\\u003Cb\\u003E\\"'],
  ['urlquery "a b&c=é"', "a+b%26c%3D%C3%A9"],
  ['print 1 2 "a" "b" 3 nil', "1 2ab3 <nil>"],
  ['println "a" 1', "a 1\n"],
  ['printf "%05.1f|%-4s|%q|%v" 3.14159 "ab" "c" (list 1 nil)', '003.1|ab  |"c"|[1 <nil>]'],
  ['eq "a" "b" "a"', "true"],
  ["ne 1 2", "true"],
  ["lt 1 2", "true"],
  ["le 2 2", "true"],
  ['gt "b" "a"', "true"],
  ["ge 1.5 2.5", "false"],
  ["hello", "Hello!"],
  ['trim "  x \\n"', "x"],
  ['trimAll "$" "$5.00$"', "5.00"],
  ['trimall "-" "--a-"', "a"],
  ['trimSuffix ".db" "ioc.db"', "ioc"],
  ['trimPrefix "v" "v1.2"', "1.2"],
  ['upper "straße"', "STRAßE"],
  ['lower "ÀB"', "àb"],
  ['title "beam line one"', "Beam Line One"],
  ['untitle "Beam Line"', "beam line"],
  ['swapcase "Beam 7b"', "bEAM 7B"],
  ['snakecase "BeamLine7BStatus"', "beam_line7_b_status"],
  ['kebabcase "BeamLine7BStatus"', "beam-line7-b-status"],
  ['camelcase "beam-line_7 b"', "BeamLine7B"],
  ['nospace " a b\\tc "', "abc"],
  ['initials "Diamond Light Source"', "DLS"],
  ['repeat 3 "ab"', "ababab"],
  ['substr 1 3 "abcdef"', "bc"],
  ['substr -1 2 "abcdef"', "ab"],
  ['trunc 5 "bl45p-mo-ioc-01"', "bl45p"],
  ['trunc -2 "bl45p-mo-ioc-01"', "01"],
  ['abbrev 8 "bl45p-mo-ioc-01"', "bl45p..."],
  ['abbrevboth 5 12 "0123456789abcdefghij"', "...56789a..."],
  ['wrap 10 "one two three four five"', "one two\nthree four\nfive"],
  ['wrapWith 4 "|" "abcdefghij k"', "abcd|efgh|ij k"],
  ['contains "mo" "bl45p-mo"', "true"],
  ['hasPrefix "bl" "bl45p"', "true"],
  ['hasSuffix "5p" "bl45p"', "true"],
  ['quote "a\\"b" nil 5 true', '"a\\"b" "5" "true"'],
  ['squote "a" 1.5', "'a' '1.5'"],
  ['cat "a" nil 1', "a 1"],
  ['indent 2 "a\\nb"', "  a\n  b"],
  ['nindent 2 "a\\nb"', "\n  a\n  b"],
  ['replace "-" "_" "a-b-c"', "a_b_c"],
  ['plural "axis" "axes" 3', "axes"],
  ['toString (list 1 "a")', "[1 a]"],
  ['toStrings (list 1 nil "a" 2.5)', "[1 a 2.5]"],
  ['join "," (list "a" 1 nil true)', "a,1,true"],
  ['split "/" "a/b/c"', "map[_0:a _1:b _2:c]"],
  ['splitn "/" 2 "a/b/c"', "map[_0:a _1:b/c]"],
  ['splitList "," "a,b,,c"', "[a b  c]"],
  ['sortAlpha (list "b" "a" 10 9)', "[10 9 a b]"],
  ['int "0x1F"', "31"],
  ["int 3.99", "3"],
  ['int64 "42"', "42"],
  ['float64 "1.5e3"', "1500"],
  ['toDecimal "755"', "493"],
  ['atoi "012"', "12"],
  ['add 1 "2" 3.9 true', "7"],
  ['add1 "9"', "10"],
  ["sub 1 5", "-4"],
  ["div 7 -2", "-3"],
  ["mod -7 3", "-1"],
  ['mul 2 3 "4"', "24"],
  ["add1f 1.1", "2.1"],
  ["addf 0.1 0.2 0.3", "0.6"],
  ["subf 1 0.9", "0.1"],
  ["mulf 1.1 1.1", "1.21"],
  ["divf 1 3", "0.3333333333333333"],
  ['max 3 "11" 5', "11"],
  ["biggest 1 2", "2"],
  ["min 4 2.9", "2"],
  ["maxf 1 2.5", "2.5"],
  ["minf 1.5 2", "1.5"],
  ["ceil 1.2", "2"],
  ["floor -1.2", "-2"],
  ["round 2.4567 2", "2.46"],
  ["round 123.5 0 0.6", "123"],
  ["until 4", "[0 1 2 3]"],
  ["untilStep 10 0 -4", "[10 6 2]"],
  ["seq 1 3 10", "1 4 7 10"],
  ["seq 3", "1 2 3"],
  ['list 1 "a" nil', "[1 a <nil>]"],
  ["tuple 1 2", "[1 2]"],
  ['concat (list 1) (list) (list "b")', "[1 b]"],
  ["append (list 1) 2", "[1 2]"],
  ["mustAppend (list 1) nil", "[1 <nil>]"],
  ['push (until 2) "x"', "[0 1 x]"],
  ["mustPush (list) 1", "[1]"],
  ["prepend (list 1) 0", "[0 1]"],
  ['mustPrepend (list) "a"', "[a]"],
  ['first (list "a" "b")', "a"],
  ['mustFirst (list "x")', "x"],
  ['last (list "a" "b")', "b"],
  ["mustLast (until 3)", "2"],
  ["rest (list 1 2 3)", "[2 3]"],
  ["mustRest (list 1)", "[]"],
  ["initial (list 1 2 3)", "[1 2]"],
  ["mustInitial (list 1)", "[]"],
  ['reverse (list 1 "b" nil)', "[<nil> b 1]"],
  ["mustReverse (until 3)", "[2 1 0]"],
  ['uniq (list 1 1.0 1 "1" "1")', "[1 1 1]"],
  ["mustUniq (list (list 1) (list 1))", "[[1]]"],
  ['compact (list 0 1 "" "a" nil false (list))', "[1 a]"],
  ["mustCompact (list nil)", "[]"],
  ["without (list 1 2 3.0) 2 3", "[1 3]"],
  ['mustWithout (list "a") "b"', "[a]"],
  ["has 2 (list 1 2)", "true"],
  ['mustHas "2" (list 1 2)', "false"],
  ["mustSlice (list 1 2 3) 1", "[2 3]"],
  ["chunk 2 (list 1 2 3)", "[[1 2] [3]]"],
  ["mustChunk 3 (list 1 2 3)", "[[1 2 3]]"],
  ['dict "a" 1 "b"', "map[a:1 b:]"],
  ['get (dict "a" 1) "zz"', ""],
  ['set (dict "a" 1) "b" (list)', "map[a:1 b:[]]"],
  ['unset (dict "a" 1 "b" 2) "a"', "map[b:2]"],
  ['hasKey (dict "a" nil) "a"', "true"],
  ['pluck "a" (dict "a" 1) (dict) (dict "a" 2)', "[1 2]"],
  ['keys (dict "only" 1)', "[only]"],
  ['values (dict "only" 1)', "[1]"],
  ['pick (dict "a" 1 "b" 2) "b" "c"', "map[b:2]"],
  ['omit (dict "a" 1 "b" 2) "b" "c"', "map[a:1]"],
  ['merge (dict "a" false "m" (dict "x" 1)) (dict "a" true "m" (dict "x" 2 "y" 3))', "map[a:true m:map[x:1 y:3]]"],
  ['mustMerge (dict "l" (list 1)) (dict "l" (list 2) "n" nil)', "map[l:[1]]"],
  ['mergeOverwrite (dict "a" 1 "m" (dict "x" 1)) (dict "a" false "m" (dict "y" nil))', "map[a:false m:map[x:1 y:<nil>]]"],
  ['mustMergeOverwrite (dict "l" (list 1)) (dict "l" (list))', "map[l:[]]"],
  ['dig "a" "b" "none" (dict "a" (dict "b" 5))', "5"],
  ['dig "a" "z" "none" (dict "a" (dict "b" 5))', "none"],
  ['deepCopy (dict "a" (list 1))', "map[a:[1]]"],
  ["mustDeepCopy (list 1)", "[1]"],
  ['deepEqual (list 1 "a") (list 1 "a")', "true"],
  ['default "d" 0', "d"],
  ['default "d" "x"', "x"],
  ["empty (dict)", "true"],
  ['coalesce nil "" 0 "x"', "x"],
  ['all 1 "a" (list)', "false"],
  ['any 0 "" "a"', "true"],
  ['ternary "yes" "no" false', "no"],
  ["typeOf (list 1)", "[]interface {}"],
  ['typeIs "float64" 1.5', "true"],
  ['typeIsLike "semver.Version" (semver "1.2.3")', "true"],
  ["kindOf (dict)", "map"],
  ['kindIs "slice" (until 1)', "true"],
  ['b64enc "héllo"', "aMOpbGxv"],
  ['b64dec "aMOpbGxv"', "héllo"],
  ['b32enc "héllo"', "NDB2S3DMN4======"],
  ['b32dec "NDB2S3DMN4======"', "héllo"],
  ['sha1sum "ioc"', "1a6cdd3879a00aea49cc8d3bd03ac3e9133e5a10"],
  ['sha256sum "ioc"', "7354a0024740d89096dc6137ff3bb47df328ab8ea22f20e88c059d387e58aeae"],
  [
    'sha512sum "ioc"',
    "7f21a79afaec76f2485261d0fb344004b058bff2b59304879d61fc801d5b32a7e6e45d266478e953368d3992a616385dece2828d13b8232369dbf5f82d179319",
  ],
  ['adler32sum "p45"', "32506074"],
  ['toJson (dict "b" 1.0 "a" "<x>")', '{"a":"\\u003cx\\u003e","b":1}'],
  ["mustToJson (list nil true)", "[null,true]"],
  ['toPrettyJson (dict "a" (list 1 2))', '{\n  "a": [\n    1,\n    2\n  ]\n}'],
  ["mustToPrettyJson (list)", "[]"],
  ['toRawJson "<x>&"', '"<x>&"'],
  ['mustToRawJson (dict "a" "<")', '{"a":"<"}'],
  ['mustFromJson "[1, {\\"a\\": null}]"', "[1 map[a:<nil>]]"],
  ['base "/epics/ioc/st.cmd"', "st.cmd"],
  ['dir "/epics/ioc/st.cmd"', "/epics/ioc"],
  ['clean "/epics/../a//b/."', "/a/b"],
  ['ext "ioc.subst.yaml"', ".yaml"],
  ['isAbs "/a"', "true"],
  ['osBase "/epics/ioc"', "ioc"],
  ['osDir "/epics/ioc"', "/epics"],
  ['osClean "a/./b/.."', "a"],
  ['osExt "a.b"', ".b"],
  ['osIsAbs "a"', "false"],
  ['regexMatch "^bl\\\\d+" "bl45p"', "true"],
  ['mustRegexMatch "x$" "bl45p"', "false"],
  ['regexFind "\\\\d+" "bl45p-07"', "45"],
  ['mustRegexFind "[A-Z]" "bl45p"', ""],
  ['regexFindAll "\\\\d" "bl45p-07" 3', "[4 5 0]"],
  ['mustRegexFindAll "\\\\d+" "bl45p-07" -1', "[45 07]"],
  ['regexReplaceAll "(\\\\d+)" "bl45p-07" "<${1}>"', "bl<45>p-<07>"],
  ['mustRegexReplaceAll "(?P<w>[a-z]+)" "bl45p" "${w}!"', "bl!45p!"],
  ['regexReplaceAllLiteral "\\\\d" "bl45p" "$1"', "bl$1$1p"],
  ['mustRegexReplaceAllLiteral "-" "a-b" "."', "a.b"],
  ['regexSplit "[-_]" "a-b_c" -1', "[a b c]"],
  ['mustRegexSplit "-" "a-b-c" 2', "[a b-c]"],
  ['regexQuoteMeta "a.b(c)"', "a\\.b\\(c\\)"],
  [
    'urlParse "https://u:p@host:8080/a%20b?q=1#f"',
    "map[fragment:f host:host:8080 hostname:host opaque: path:/a b query:q=1 scheme:https userinfo:u:p]",
  ],
  ['urlJoin (dict "scheme" "oci" "host" "ghcr.io" "path" "/x")', "oci://ghcr.io/x"],
  ['semver "v1.2.3-rc.1"', "1.2.3-rc.1"],
  ['semverCompare ">=1.27-0 <2" "1.35.0-eks"', "true"],
  ['dateInZone "Mon, 02 Jan 2006 15:04:05 -0700 MST" (int64 1700000000) "America/New_York"', "Tue, 14 Nov 2023 17:13:20 -0500 EST"],
  ['date_in_zone "2006" (int64 0) "UTC"', "1970"],
  ['date "02/01/06 3:04PM" (int64 1700000000)', "14/11/23 10:13PM"],
  ["htmlDate (int64 86400)", "1970-01-02"],
  ['htmlDateInZone (int64 86399) "Asia/Tokyo"', "1970-01-02"],
  ['duration "3725"', "1h2m5s"],
  ['durationRound "49h5m"', "2d"],
  ['toDate "2006-01-02" "2024-02-29"', "2024-02-29 00:00:00 +0000 UTC"],
  ['mustToDate "2006-01-02 15:04 MST" "2024-02-29 12:30 UTC"', "2024-02-29 12:30:00 +0000 UTC"],
  ['dateModify "-24h" (toDate "2006-01-02" "2024-03-01")', "2024-02-29 00:00:00 +0000 UTC"],
  ['date_modify "90m" (toDate "2006-01-02" "2024-03-01")', "2024-03-01 01:30:00 +0000 UTC"],
  ['mustDateModify "1h" (toDate "2006-01-02" "2024-03-01")', "2024-03-01 01:00:00 +0000 UTC"],
  ['must_date_modify "1h" (toDate "2006-01-02" "2024-03-01")', "2024-03-01 01:00:00 +0000 UTC"],
  ['unixEpoch (toDate "2006-01-02" "2024-03-01")', "1709251200"],
  ['derivePassword 3 "medium" "secret" "user" "bl45p"', "MahKig0]"],
  ['decryptAES "key" "1XIPG1xx4SXteiH0ULzkiFPMztyoqs7cfTPdonLZ/9g="', "bl45p"],
  ['encryptAES "key" ""', ""],
  ['getHostByName "localhost"', ""],
  ["randAlphaNum 0", ""],
  ["randAlpha 0", ""],
  ["randNumeric 0", ""],
  ["randAscii 0", ""],
  ["randBytes 0", ""],
  ["randInt 3 4", "3"],
  ['shuffle "aaa"', "aaa"],
  ['htpasswd "a:b" "x"', "invalid username: a:b"],
  ['genPrivateKey "none"', "Unknown type none"],
];

/** Functions whose result is random, depends on the time, or is a failure: they have tests of their own below. */
const OTHERS = [
  "call",
  "now",
  "ago",
  "uuidv4",
  "bcrypt",
  "fail",
  "fromJson",
  "genCA",
  "genCAWithKey",
  "genSelfSignedCert",
  "genSelfSignedCertWithKey",
  "genSignedCert",
  "genSignedCertWithKey",
  "buildCustomCert",
];

/** The same bytes on every run. */
function seededBytes(seed: number) {
  let state = seed;
  return (count: number) =>
    Uint8Array.from({ length: count }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 24;
    });
}

const clock = createManualClock(Date.UTC(2026, 0, 2, 3, 4, 5));

function render(text: string, seed = 1): string {
  const functions = createFunctions({ clock, randomBytes: seededBytes(seed) });
  return parseTemplateSet([{ name: "t.yaml", text }], { functions }).execute("t.yaml", null);
}

describe("every function", () => {
  it.each(CALLS)("%s", (call, output) => {
    expect(render(`{{ ${call} }}`)).toBe(output);
  });

  it("stands in the table or among the others", () => {
    const tested = new Set([...CALLS.map(([call]) => call.split(" ")[0]!), ...OTHERS]);
    expect([...tested].sort()).toEqual(Object.keys(createFunctions()).sort());
  });

  it("is one of the 209 of sprig that Helm exposes or of the 19 of Go, one of which sprig replaces", () => {
    expect(Object.keys(createFunctions())).toHaveLength(209 + 19 - 1);
  });
});

describe("time", () => {
  it("comes from the clock, in the zone given", () => {
    expect(render("{{ now }}")).toBe("2026-01-02 03:04:05 +0000 UTC");
    expect(render('{{ now | date "15:04" }} {{ date "2006" "no date" }} {{ ago (int64 1767323000) }}')).toBe("03:04 2026 45s");
    const functions = createFunctions({ clock, timeZone: "Europe/Berlin" });
    const set = parseTemplateSet([{ name: "t", text: '{{ now }} {{ date "15:04 MST" now }}' }], { functions });
    expect(set.execute("t", null)).toBe("2026-01-02 04:04:05 +0100 CET 04:04 CET");
  });
});

describe("chance", () => {
  it("is the same for the same seed, and within bounds", () => {
    const text =
      '{{ randAlphaNum 12 }} {{ randAlpha 5 }} {{ randNumeric 5 }} {{ randAscii 5 | len }} {{ randInt 5 8 }} {{ shuffle "abcdef" }} {{ uuidv4 }} {{ randBytes 4 }}';
    expect(render(text, 7)).toBe(render(text, 7));
    expect(render(text, 7)).not.toBe(render(text, 8));
    expect(render(text)).toMatch(
      /^[A-Za-z0-9]{12} [A-Za-z]{5} [0-9]{5} 5 [567] [a-f]{6} [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12} .{6}==$/,
    );
  });

  it("refuses an empty range, as Go does", () => {
    expect(() => render("{{ randInt 3 3 }}")).toThrow("error calling randInt: invalid argument to Intn");
  });
});

describe("failures", () => {
  it("fail gives its message, call finds no function value, fromJson swallows what is wrong", () => {
    expect(() => render('{{ fail "no PVs" }}')).toThrow('at <fail "no PVs">: error calling fail: no PVs');
    expect(() => render('{{ call "x" }}')).toThrow('error calling call: non-function "x" of type string');
    expect(render('[{{ fromJson "{" }}] {{ (fromJson "{\\"a\\": 1e2}").a }}')).toBe("[<no value>] 100");
  });
});
