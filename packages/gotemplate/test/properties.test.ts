import { X509Certificate } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bcrypt } from "../src/crypto/bcrypt.js";
import { formatFloat } from "../src/format/float.js";
import {
  createFunctions,
  createIncludeFunctions,
  decodeGo,
  decodeJson,
  encodeGo,
  encodeJson,
  formatGo,
  fromJs,
  GoStruct,
  goInt,
  kindOf,
  nilSlice,
  parseTemplateSet,
  quoteGo,
  sprintf,
  TemplateError,
  toJs,
  typeOf,
} from "../src/index.js";
import { unquoteGo } from "../src/text/quote.js";
import { generateTemplate } from "./support/generate.js";
import { DATA } from "./support/grammar.js";

const functions = { ...createFunctions(), ...createIncludeFunctions() };
const render = (text: string, data: unknown = {}) => parseTemplateSet([{ name: "t", text }], { functions }).execute("t", fromJs(data));
const json = fc.jsonValue({ maxDepth: 4 });

describe("Go strings", () => {
  it("keep any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect([...encodeGo(decodeGo(bytes))]).toEqual([...bytes]);
      }),
    );
  });

  it("quote and unquote to themselves", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), fc.boolean(), (bytes, ascii) => {
        const text = decodeGo(bytes);
        expect(unquoteGo(quoteGo(text, ascii))).toBe(text);
      }),
    );
  });

  it("are whole again when cut parts are joined", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 10 }), fc.nat(12), (text, at) => {
        const data = { text };
        const size = Number(render("{{ len .text }}", data));
        const cut = Math.min(at, size);
        const parts = `{{ print (trunc ${cut} .text) (${cut === 0 ? "trunc 100 .text" : `substr ${cut} 100 .text`}) }}`;
        expect([...encodeGo(render(parts, data))]).toEqual([...encodeGo(text)]);
      }),
    );
  });
});

describe("numbers", () => {
  it("print to a text that reads back the same", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(formatGo(value))).toBe(value);
        expect(Number(formatFloat(value, "e", -1))).toBe(value);
        expect(Number(formatFloat(value, "f", -1))).toBe(value);
      }),
    );
  });

  it("round to the digits asked for, half to even on the exact value", () => {
    expect(sprintf("%.0f %.0f %.0f %.2f %.1f", [0.5, 1.5, 2.5, 2.675, 0.25])).toBe("0 2 2 2.67 0.2");
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e15, max: 1e15 }), fc.integer({ min: 0, max: 20 }), (value, digits) => {
        const error = Math.abs(Number(formatFloat(value, "f", digits)) - value);
        expect(error).toBeLessThanOrEqual(0.5 * 10 ** -digits + Math.abs(value) * 2 ** -52);
      }),
    );
  });
});

describe("JSON", () => {
  it("is read as JavaScript reads it, and written so that it is", () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = JSON.stringify(value);
        // JSON.stringify writes -0 as 0, Go as -0: equal numbers, compared as such.
        const positive = (written: string) => JSON.parse(written, (_, item) => (item === 0 ? 0 : item));
        expect(positive(encodeJson(decodeJson(text)))).toEqual(positive(text));
        expect(positive(encodeJson(fromJs(value), { indent: "  ", escapeHtml: false }))).toEqual(positive(text));
      }),
    );
  });

  it("refuses what JavaScript refuses", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), (text) => {
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        if (isJson) expect(() => decodeJson(text)).not.toThrow();
        else expect(() => decodeJson(text)).toThrow();
      }),
    );
  });

  it("goes through values and back", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.stringify(toJs(fromJs(value)))).toBe(JSON.stringify(value));
      }),
    );
    expect(toJs(fromJs({ a: [1, goInt(2), 3n] }))).toEqual(Object.assign(Object.create(null), { a: [1, 2, 3] }));
    expect(encodeJson(nilSlice())).toBe("null");
  });
});

describe("hostile templates", () => {
  it("render or fail with a TemplateError, whatever the text", () => {
    const piece = fc.constantFrom(
      "{{",
      "}}",
      "{{-",
      "-}}",
      " ",
      "\n",
      ".",
      ".a",
      "$",
      "$x",
      ":=",
      "=",
      "|",
      "(",
      ")",
      '"a"',
      '"',
      "`",
      "'",
      "1",
      "1.",
      "0x",
      "if",
      "else",
      "end",
      "range",
      "with",
      "define",
      "template",
      "block",
      "break",
      "nil",
      "true",
      "print",
      "printf",
      '"%d%["',
      "len",
      "index",
      "/*",
      "*/",
      ",",
      "\\",
      "é",
      "\ud800",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        try {
          render(pieces.join(" "));
          render(`{{ ${pieces.join(" ")} }}`);
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("take any format and any operands in printf", () => {
    const verb = fc.stringMatching(/^[%+\-# 0-9.*[\]vdsqxXTtfegbcUp!]{0,10}$/);
    fc.assert(
      fc.property(verb, fc.array(fc.oneof(json, fc.bigInt({ min: -9n, max: 99n })), { maxLength: 4 }), (format, values) => {
        expect(
          typeof sprintf(
            `%${format}`,
            values.map((value) => fromJs(value)),
          ),
        ).toBe("string");
      }),
      { numRuns: 2000 },
    );
  });

  it("take any arguments in every function", () => {
    const argument = fc.constantFrom(
      '"a"',
      '""',
      "1",
      "-1",
      "1.5",
      "nil",
      "true",
      "(list)",
      '(list 1 "b" nil)',
      "(dict)",
      '(dict "a" nil)',
      '"(["',
      '"%s"',
      "(int64 3)",
    );
    const slow = /^(gen|bcrypt|htpasswd|derivePassword)/;
    const names = Object.keys(functions).filter((name) => !slow.test(name));
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.array(argument, { maxLength: 4 }), (name, given) => {
        try {
          render(`{{ ${name} ${given.join(" ")} }}`);
        } catch (error) {
          if (!(error instanceof TemplateError)) throw new Error(`${name} ${given.join(" ")}`, { cause: error });
        }
      }),
      { numRuns: 5000 },
    );
  });

  it("do not hang on regular expressions that backtrack elsewhere", () => {
    expect(
      render('{{ regexMatch "(a+)+$" .s }} {{ regexReplaceAll "(x+x+)+y" .x "" | len }}', {
        s: "a".repeat(20_000) + "b",
        x: "x".repeat(5000),
      }),
    ).toBe("false 5000");
  });
});

describe("the same seed", () => {
  it("gives the same template, and the same text of it", () => {
    for (let seed = 0; seed < 200; seed++) {
      expect(generateTemplate(seed)).toBe(generateTemplate(seed));
      const once = () => {
        try {
          return render(generateTemplate(seed), { Values: { data: DATA } });
        } catch (error) {
          return (error as Error).message;
        }
      };
      expect(once()).toBe(once());
    }
  });
});

describe("kinds and types", () => {
  it.each([
    [null, "invalid", "<nil>"],
    [1.5, "float64", "float64"],
    [goInt(1), "int", "int"],
    ["x", "string", "string"],
    [new Uint8Array(1), "slice", "[]uint8"],
    [[], "slice", "[]interface {}"],
    [new Map(), "map", "map[string]interface {}"],
    [new GoStruct({ name: "*engine.Files" }), "ptr", "*engine.Files"],
  ])("%s is %s, %s", (value, kind, type) => expect([kindOf(value), typeOf(value)]).toEqual([kind, type]));
});

describe("keys and passwords", () => {
  it("hashes as bcrypt is published", () => {
    // Sixteen times the byte that "CCCC…" stands for in bcrypt's alphabet.
    const salt = Uint8Array.from({ length: 16 }, (_, index) => [0x10, 0x41, 0x04][index % 3]!);
    expect(bcrypt(new Uint8Array(), salt, 5)).toBe("$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy");
  });

  it("makes certificates that verify: authority, leaf, every kind of key", () => {
    const [authority, leaf] = render(
      '{{ $ca := genCA "ca" 365 }}{{ $ca.Cert }}#{{ (genSignedCert "ioc" (list "10.0.0.1" "fd00::1") (list "ioc.bl45p") 30 $ca).Cert }}',
    )
      .split("#")
      .map((pem) => new X509Certificate(pem)) as [X509Certificate, X509Certificate];
    expect(authority.ca).toBe(true);
    expect(authority.verify(authority.publicKey)).toBe(true);
    expect(leaf.verify(authority.publicKey)).toBe(true);
    expect(leaf.checkIssued(authority)).toBe(true);
    expect(leaf.subject).toBe("CN=ioc");
    expect(leaf.subjectAltName).toBe("DNS:ioc.bl45p, IP Address:10.0.0.1, IP Address:FD00:0:0:0:0:0:0:1");
    for (const kind of ["ecdsa", "ed25519"]) {
      const own = new X509Certificate(render(`{{ (genSelfSignedCertWithKey "x" nil nil 1 (genPrivateKey "${kind}")).Cert }}`));
      expect(own.verify(own.publicKey)).toBe(true);
    }
  });

  it.each([
    ['{{ genSelfSignedCert "x" (list "nope") nil 1 }}', "error parsing ip: nope"],
    ['{{ genSelfSignedCert "x" nil (list 1) 1 }}', "error processing alternate dns name: 1 is not a string"],
    ['{{ genCAWithKey "x" 1 "no key" }}', "parsing private key: no PEM data in input"],
    ['{{ buildCustomCert "!" "!" }}', "unable to decode base64 certificate"],
    ['{{ buildCustomCert (b64enc "x") (b64enc "x") }}', "unable to decode certificate"],
    ['{{ decryptAES "k" "abc" }}', "illegal base64 data at input byte 0"],
    ['{{ decryptAES "k" "YWJj" }}', "slice bounds out of range"],
  ])("%s fails: %s", (text, message) => expect(() => render(text)).toThrow(message));
});
