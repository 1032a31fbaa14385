import { isIPv6 } from "node:net";
import { GoError } from "../errors/template-error.js";
import { decodeGo, encodeGo } from "../text/bytes.js";
import { quoteGo } from "../text/quote.js";
import { kindOf } from "../values/kind.js";
import type { GoMap, GoValue } from "../values/value.js";
import { defineFunction, type FunctionTable } from "./function.js";

/** What stays as it is in each part of a URL, besides letters, digits and `-_.~`. */
const KEPT = { path: "$&+,/:;=@", fragment: "!()*$&+,/:;=?@", user: "$&+,;=", host: "!$&'()*+,;=:[]<>\"" } as const;
type Part = keyof typeof KEPT;

function isKept(char: string, part: Part): boolean {
  return /[A-Za-z0-9\-_.~]/.test(char) || KEPT[part].includes(char);
}

function escapePart(text: string, part: Part): string {
  let out = "";
  for (const byte of encodeGo(text)) {
    const char = String.fromCharCode(byte);
    out += byte < 0x80 && isKept(char, part) ? char : "%" + byte.toString(16).toUpperCase().padStart(2, "0");
  }
  return out;
}

function unescapePart(text: string, part: Part): string {
  for (let i = text.indexOf("%"); i !== -1; i = text.indexOf("%", i + 3)) {
    const code = text.slice(i, i + 3);
    if (!/^%[0-9a-fA-F]{2}$/.test(code) || (part === "host" && /^%[0-7]/.test(code) && code !== "%25")) {
      throw new GoError(`invalid URL escape ${quoteGo(code)}`);
    }
  }
  if (part === "host") {
    for (const char of text) {
      if (char < "\u0080" && char !== "%" && !isKept(char, part)) throw new GoError(`invalid character ${quoteGo(char)} in host name`);
    }
  }
  if (!text.includes("%")) return text;
  const bytes = encodeGo(text);
  const out: number[] = [];
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === 0x25) {
      out.push(Number.parseInt(String.fromCharCode(bytes[i + 1]!, bytes[i + 2]!), 16));
      i += 2;
    } else out.push(bytes[i]!);
  }
  return decodeGo(Uint8Array.from(out));
}

interface GoUrl {
  scheme: string;
  opaque: string;
  user: { name: string; password: string | undefined } | undefined;
  host: string;
  path: string;
  query: string;
  fragment: string;
}

function cut(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}

function parseUrl(raw: string): GoUrl {
  const [main, fragment] = cut(raw, "#");
  const fail = (whole: string, error: unknown): GoError =>
    error instanceof GoError ? new GoError(`parse ${quoteGo(whole)}: ${error.message}`) : (error as GoError);
  let url: GoUrl;
  try {
    url = parseWithoutFragment(main);
  } catch (error) {
    throw fail(main, error);
  }
  try {
    url.fragment = unescapePart(fragment, "fragment");
  } catch (error) {
    throw fail(raw, error);
  }
  return url;
}

function parseWithoutFragment(raw: string): GoUrl {
  const url: GoUrl = { scheme: "", opaque: "", user: undefined, host: "", path: "", query: "", fragment: "" };
  if (/[\0-\x1f\x7f]/.test(raw)) throw new GoError("net/url: invalid control character in URL");
  if (raw === "*") return { ...url, path: "*" };
  if (raw.startsWith(":")) throw new GoError("missing protocol scheme");
  const scheme = /^([A-Za-z][A-Za-z0-9+\-.]*):/.exec(raw);
  let rest = scheme ? raw.slice(scheme[0].length) : raw;
  url.scheme = scheme ? scheme[1]!.toLowerCase() : "";
  [rest, url.query] = cut(rest, "?");
  if (!rest.startsWith("/")) {
    if (url.scheme !== "") return { ...url, opaque: rest };
    if (cut(rest, "/")[0].includes(":")) throw new GoError("first path segment in URL cannot contain colon");
  }
  if ((url.scheme !== "" || !rest.startsWith("///")) && rest.startsWith("//")) {
    const end = rest.indexOf("/", 2);
    const authority = end === -1 ? rest.slice(2) : rest.slice(2, end);
    rest = end === -1 ? "" : rest.slice(end);
    parseAuthority(authority, url);
  }
  url.path = unescapePart(rest, "path");
  return url;
}

function parseAuthority(authority: string, url: GoUrl): void {
  const at = authority.lastIndexOf("@");
  url.host = parseHost(authority.slice(at + 1));
  if (at === -1) return;
  const info = authority.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(info)) throw new GoError("net/url: invalid userinfo");
  const [name, password] = cut(info, ":");
  url.user = { name: unescapePart(name, "user"), password: info.includes(":") ? unescapePart(password, "user") : undefined };
}

function parseHost(host: string): string {
  const checkPort = (port: string): void => {
    if (!/^(:[0-9]*)?$/.test(port)) throw new GoError(`invalid port ${quoteGo(port)} after host`);
  };
  if (host.lastIndexOf("[") > 0) throw new GoError("invalid IP-literal");
  if (host.startsWith("[")) {
    const close = host.lastIndexOf("]");
    if (close === -1) throw new GoError("missing ']' in host");
    checkPort(host.slice(close + 1));
    const [address, zone] = cut(host.slice(1, close), "%25");
    const plain = unescapePart(address, "host");
    if (!isIPv6(plain)) throw new GoError(`invalid host: ParseAddr(${quoteGo(plain)}): unable to parse IP`);
    return `[${plain}${zone === "" ? "" : "%" + zone}]${host.slice(close + 1)}`;
  }
  const colon = host.lastIndexOf(":");
  if (colon !== -1) checkPort(host.slice(colon));
  return unescapePart(host, "host");
}

function userText(user: GoUrl["user"]): string {
  if (!user) return "";
  return escapePart(user.name, "user") + (user.password === undefined ? "" : ":" + escapePart(user.password, "user"));
}

function hostName(host: string): string {
  const colon = host.lastIndexOf(":");
  const name = colon !== -1 && /^:[0-9]*$/.test(host.slice(colon)) ? host.slice(0, colon) : host;
  return name.startsWith("[") && name.endsWith("]") ? name.slice(1, -1) : name;
}

function urlText(url: GoUrl): string {
  let text = url.scheme === "" ? "" : url.scheme + ":";
  if (url.opaque !== "") {
    text += url.opaque;
  } else {
    if (url.scheme !== "" || url.host !== "" || url.user) {
      if (url.host !== "" || url.path !== "" || url.user) text += "//";
      if (url.user) text += userText(url.user) + "@";
      text += escapePart(url.host, "host");
    }
    const path = url.path === "*" ? "*" : escapePart(url.path, "path");
    if (path !== "" && !path.startsWith("/") && url.host !== "") text += "/";
    if (text === "" && cut(path, "/")[0].includes(":")) text += "./";
    text += path;
  }
  if (url.query !== "") text += "?" + url.query;
  if (url.fragment !== "") text += "#" + escapePart(url.fragment, "fragment");
  return text;
}

function textOfKey(map: GoMap, key: string): string {
  if (!map.has(key)) return "";
  const value: GoValue = map.get(key);
  if (value === null || value === undefined) throw new GoError("runtime error: invalid memory address or nil pointer dereference");
  if (typeof value !== "string") throw new GoError(`unable to parse ${key} key, must be of type string, but ${kindOf(value)} found`);
  return value;
}

/** `urlParse` and `urlJoin`. */
export const urlFunctions: FunctionTable = {
  urlParse: defineFunction(["string"], ([text]) => {
    let url: GoUrl;
    try {
      url = parseUrl(text as string);
    } catch (error) {
      if (error instanceof GoError) throw new GoError(`unable to parse url: ${error.message}`);
      throw error;
    }
    return new Map<string, GoValue>([
      ["scheme", url.scheme],
      ["host", url.host],
      ["hostname", hostName(url.host)],
      ["path", url.path],
      ["query", url.query],
      ["opaque", url.opaque],
      ["fragment", url.fragment],
      ["userinfo", userText(url.user)],
    ]);
  }),
  urlJoin: defineFunction(["map[string]interface {}"], ([given]) => {
    const map = given instanceof Map ? given : new Map<string, GoValue>();
    const part = (key: string) => textOfKey(map, key);
    const url: GoUrl = {
      scheme: part("scheme"),
      host: part("host"),
      path: part("path"),
      query: part("query"),
      opaque: part("opaque"),
      fragment: part("fragment"),
      user: undefined,
    };
    const info = part("userinfo");
    if (info !== "") {
      try {
        url.user = parseUrl(`proto://${info}@host`).user;
      } catch (error) {
        if (error instanceof GoError) throw new GoError(`unable to parse userinfo in dict: ${error.message}`);
        throw error;
      }
    }
    return urlText(url);
  }),
};
